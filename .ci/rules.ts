/**
 * Holds docs/RULES.md and the titles of the tests against each other. A rule is a line `- **OR1** text`; a title cites it as `[OR1]`. Only
 * titles written out count, in calls of mocha's functions that run: a skipped test or one in a comment holds no code to anything.
 */
import { type SourceFile, withoutComments } from './source-files.ts'

const RULE = /^- \*\*([A-Z]{2}\d+)\*\* \S/
/** A line that a reader would take for a rule. */
const LIKE_A_RULE = /^\s*(?:[-*+|]|\d+\.)?\s*[*_`[]*([A-Z]{2}\d+)\b/
const TITLE = /\b(?:it|specify|describe|context)(?:\.only)?\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gs
/** Also what is nearly one, `[OR1, OR2]`, so that it is found to be unknown. */
const CITATION = /\[([A-Z]{2}\d[^\]]*)\]/g

interface Citation {
  readonly rule: string
  readonly path: string
  readonly title: string
}

const rulesOf = (document: string): string[] =>
  document.split(/\r?\n/).flatMap((line) => RULE.exec(line)?.[1] ?? [])

const citationsOf = ({ path, text }: SourceFile): Citation[] =>
  [...withoutComments(text).matchAll(TITLE)].flatMap(([, , title = '']) =>
    [...title.matchAll(CITATION)].map(([, rule = '']) => ({ rule, path, title })),
  )

const formFaults = (document: string): string[] =>
  document.split(/\r?\n/).flatMap((line, index) => {
    const id = RULE.test(line) ? undefined : LIKE_A_RULE.exec(line)?.[1]
    return id === undefined
      ? []
      : [`docs/RULES.md:${index + 1}: ${id} is not written in the form "- **${id}** text"`]
  })

const repeatFaults = (rules: readonly string[]): string[] =>
  [...new Set(rules.filter((rule, index) => rules.indexOf(rule) !== index))].map(
    (rule) => `docs/RULES.md: ${rule} is the number of more than one rule`,
  )

/** What is wrong between the rules' document and the tests, a line each. */
export const ruleFaults = (document: string, tests: readonly SourceFile[]): string[] => {
  const rules = rulesOf(document)
  const citations = tests.flatMap(citationsOf)
  const cited = new Set(citations.map(({ rule }) => rule))
  const untested = [...new Set(rules)].filter((rule) => !cited.has(rule))
  const unknown = citations.filter(({ rule }) => !rules.includes(rule))
  return [
    ...formFaults(document),
    ...repeatFaults(rules),
    ...untested.map((rule) => `docs/RULES.md: ${rule} has no test that cites it`),
    ...unknown.map(({ rule, path, title }) => `${path}: "${title}" cites the unknown rule ${rule}`),
  ]
}
