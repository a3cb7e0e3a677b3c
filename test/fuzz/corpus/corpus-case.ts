import type { Grammar } from '../grammar/packets.ts'
import type { Step } from '../script.ts'

export interface CorpusCase {
  /** What is done, in words. */
  readonly name: string
  /** Where it was published; none for what follows from the protocols. */
  readonly source?: string
  readonly isReading?: boolean
  steps(grammar: Grammar): Iterable<Step>
}
