/** Attacks that were published, and their kin, one script each. */
import type { Grammar } from '../grammar/packets.ts'
import type { Script } from '../script.ts'
import type { CorpusCase } from './corpus-case.ts'
import { PACKET_CASES } from './packet-cases.ts'
import { POLLING_CASES } from './polling-cases.ts'
import { REQUEST_CASES } from './request-cases.ts'
import { WATCH_CASES } from './watch-cases.ts'
import { WEB_SOCKET_CASES } from './websocket-cases.ts'

export const CORPUS: readonly CorpusCase[] = [
  ...PACKET_CASES,
  ...POLLING_CASES,
  ...REQUEST_CASES,
  ...WEB_SOCKET_CASES,
  ...WATCH_CASES,
]

/** The cases one after another, from the first again behind the last. */
export const corpusCase = (index: number, grammar: Grammar): Script => {
  const { name, isReading = true, steps } = CORPUS[index % CORPUS.length]!
  return { name, isReading, steps: steps(grammar) }
}
