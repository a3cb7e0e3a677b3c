/** What the end of an actor means, and how the launcher says it. Pure. */
import { EXIT } from '../../shared/exit-codes.ts'
import type { ActorPlan } from './plan.ts'

/** How a process ended: its exit code, or the signal that killed it. */
export type End = number | string

const MEANING: Readonly<Record<number, string>> = {
  [EXIT.ok]: 'it ended by itself',
  [EXIT.fault]: 'something broke, its last lines say what',
  [EXIT.configuration]: 'its configuration is not usable',
  [EXIT.inUse]: 'its port, its data folder or its name is in use',
  [EXIT.displaced]: 'another process took its place',
  [EXIT.refused]: 'the hub refused it for good',
}

/** `1 till`, `2 tills` */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

export const endText = (end: End): string =>
  typeof end === 'string'
    ? `killed by ${end}`
    : `exit code ${end}${MEANING[end] === undefined ? '' : `, ${MEANING[end]}`}`

/** Quoted where a shell would take it apart; both sh and cmd.exe know these quotes. */
const quoted = (word: string): string => (/^[\w./:=,@%~+\\-]+$/.test(word) ? word : `"${word}"`)

/** @param starter what runs a program of ours, its name to follow: `npm run`, or node with a script */
export const startCommand = (starter: string, { program, flags }: ActorPlan): string => {
  const separator = starter.startsWith('npm ') ? ' --' : ''
  return `${starter} ${program}${separator} ${flags.map(quoted).join(' ')}`
}

export const deathLines = (plan: ActorPlan, end: End, starter: string): readonly string[] => [
  `${plan.name} has ended (${endText(end)}); the others go on. To start it again:`,
  `  ${startCommand(starter, plan)}`,
]

/** Code of the fault with which the simulation ends because an actor cannot even begin like this; null if the others can go on. */
export const fatalCodeOf = ({ program }: ActorPlan, end: End): 'configuration' | 'in-use' | null => {
  if (end === EXIT.configuration) return 'configuration'
  return program === 'hub' && end === EXIT.inUse ? 'in-use' : null
}
