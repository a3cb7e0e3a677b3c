/** What the end of an actor means, and how the launcher says it. Pure. */
import { EXIT } from '../../shared/exit-codes.ts'
import { tokenCommandOf } from '../../shared/token-advice.ts'
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

export interface Starting {
  /** What runs a program of ours, its name to follow: `npm run`, or node with a script. */
  readonly starter: string
  /** Does the hub ask for tokens? */
  readonly hasTokens: boolean
  /** Does it find a database by a variable that only the environment has? */
  readonly hasDatabase: boolean
}

/** Long enough for whatever somebody tries with it: nobody renews it. */
const TOKEN_LIFETIME = '12h'

const tokenFor = (participant: string, starter: string): string => {
  const caps = starter.startsWith('npm ') ? 'npx caps' : starter
  return `CAPS_TOKEN="$(${caps} ${tokenCommandOf(participant)} --lifetime ${TOKEN_LIFETIME})" `
}

/** A token is made when the command runs, so that none is shown here; written as a POSIX shell takes it. */
export const startCommand = (
  { program, flags, participant, variables = {} }: ActorPlan,
  starting: Starting,
): string => {
  const { starter, hasTokens } = starting
  const known = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)} `)
  const separator = starter.startsWith('npm ') ? ' --' : ''
  const token = hasTokens && participant !== null ? tokenFor(participant, starter) : ''
  return `${known.join('')}${token}${starter} ${program}${separator} ${flags.map(quoted).join(' ')}`
}

/** What only the environment may hold, and a command that is shown does not. */
const sameText = ({ participant }: ActorPlan, { hasTokens, hasDatabase }: Starting): string => {
  const names = [
    ...(hasTokens ? ['CAPS_SECRET'] : []),
    ...(hasDatabase && participant === null ? ['CAPS_DATABASE_URL'] : []),
  ]
  return names.length === 0 ? '' : `, with the same ${names.join(' and ')}`
}

export const deathLines = (plan: ActorPlan, end: End, starting: Starting): readonly string[] => [
  `${plan.name} has ended (${endText(end)}); the others go on. To start it again${sameText(plan, starting)}:`,
  `  ${startCommand(plan, starting)}`,
]

/** Code of the fault with which the simulation ends because an actor cannot even begin like this; null if the others can go on. @param hubs how many there are */
export const fatalCodeOf = (
  { program }: ActorPlan,
  end: End,
  hubs: number,
): 'configuration' | 'in-use' | null => {
  if (end === EXIT.configuration) return 'configuration'
  return program === 'hub' && end === EXIT.inUse && hubs === 1 ? 'in-use' : null
}
