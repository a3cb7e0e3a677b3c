/** What is told of a trial, in words and as JSON. */
import type { Plant } from './plant.ts'
import type { Trial, Tried } from './trial.ts'

const SHOWN_TITLES = 3

const labelOf = ({ rule, name }: Plant): string => (rule === undefined ? name : `${rule} ${name}`)

const listed = (titles: readonly string[]): string => {
  const more = titles.length - SHOWN_TITLES
  return titles.slice(0, SHOWN_TITLES).join('; ') + (more > 0 ? `; and ${more} more` : '')
}

const wordsOf = ({ verdict }: Tried): string => {
  switch (verdict.kind) {
    case 'caught':
      return `caught by ${listed(verdict.by)}${verdict.others.length === 0 ? '' : ` (and by ${verdict.others.length} of others)`}`
    case 'survived':
      return 'SURVIVED'
    case 'not by its rule alone':
      return `SURVIVED its rule's tests alone: ${listed(verdict.others)}${verdict.by.length === 0 ? '' : `, besides ${listed(verdict.by)}`}`
    case 'fault':
      return `FAULT: ${verdict.reason}`
  }
}

export const lineOf = (tried: Tried): string =>
  `${labelOf(tried.plant)} (${tried.seconds.toFixed(1)} s): ${wordsOf(tried)}`

export interface Summary {
  readonly planted: number
  readonly caught: number
  readonly survived: readonly string[]
  readonly faults: readonly string[]
  readonly rulesWithoutPlant: readonly string[]
  readonly ok: boolean
}

export const summaryOf = ({ baseline, tried }: Trial, rulesWithoutPlant: readonly string[]): Summary => {
  const labels = (kinds: readonly string[]) =>
    tried.filter(({ verdict }) => kinds.includes(verdict.kind)).map(({ plant }) => labelOf(plant))
  const survived = labels(['survived', 'not by its rule alone'])
  const faults = [...baseline, ...labels(['fault'])]
  return {
    planted: tried.length,
    caught: labels(['caught']).length,
    survived,
    faults,
    rulesWithoutPlant,
    ok: survived.length + faults.length + rulesWithoutPlant.length === 0,
  }
}

const named = (title: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${title}: ${names.join('; ')}`]

export const summaryLines = (summary: Summary): string[] => [
  ...named('Survived', summary.survived),
  ...named('Faults', summary.faults),
  ...named('Rules without a plant', summary.rulesWithoutPlant),
  `${summary.planted} planted, ${summary.caught} caught, ${summary.survived.length} survived, ${summary.faults.length} faults, ` +
    `${summary.rulesWithoutPlant.length} rules without a plant`,
]

export const jsonOf = ({ tried }: Trial, summary: Summary): string =>
  JSON.stringify({
    ...summary,
    plants: tried.map(({ plant: { name, rule, file }, verdict, seconds }) => ({
      name,
      rule,
      file,
      ...verdict,
      seconds,
    })),
  })
