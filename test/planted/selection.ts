/** Which plants are tried, and which rules have none. */
import type { Plant } from './plant.ts'

export interface Selection {
  /** A rule, or a part of a name. */
  readonly only?: string
  /** The letters of a section, or `named`. */
  readonly section?: string
}

const RULE = /^[A-Z]{2}\d+$/

const sectionOf = (rule: string): string => rule.slice(0, 2)

const isChosen = ({ name, rule }: Plant, { only, section }: Selection): boolean =>
  (only === undefined || (RULE.test(only) ? rule === only : name.includes(only))) &&
  (section === undefined || (rule === undefined ? 'named' : sectionOf(rule)) === section)

export const chosenPlants = (plants: readonly Plant[], selection: Selection): readonly Plant[] =>
  plants.filter((plant) => isChosen(plant, selection))

/** Of the chosen section, or of all. Nothing is said about rules when single plants were chosen. */
export const rulesWithoutPlant = (
  document: string,
  plants: readonly Plant[],
  { only, section }: Selection,
): string[] => {
  const rules = [...document.matchAll(/^- \*\*([A-Z]{2}\d+)\*\* \S/gm)].map(([, rule = '']) => rule)
  const planted = new Set(plants.map(({ rule }) => rule))
  const isAsked = (rule: string) =>
    only === undefined && (section === undefined || sectionOf(rule) === section)
  return rules.filter((rule) => isAsked(rule) && !planted.has(rule))
}
