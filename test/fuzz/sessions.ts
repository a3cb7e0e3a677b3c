/**
 * Which script the n-th connection of a run carries out. It follows from the seed and the number alone (and from the captured packets, which are the same in every run), whatever the hub answers and however fast it is: so a
 * run can be repeated, and a single session of it.
 */
import { WATCH_NAMESPACE } from '../../shared/watch.ts'
import { seeded } from '../support/seeded.ts'
import type { Tokens } from './cast.ts'
import { corpusCase } from './corpus/corpus.ts'
import { claimOf, watchClaimOf } from './grammar/names.ts'
import {
  connectPacket,
  fatalPacket,
  type Grammar,
  handshakeOf,
  LET_IN,
  PROBE,
  PROBE_ANSWERED,
  survivablePacket,
} from './grammar/packets.ts'
import {
  survivableWatchPacket,
  WATCH_LET_IN,
  WATCH_PROBE,
  WATCH_PROBE_ANSWERED,
  type WatchGrammar,
  watchConnect,
  watchHandshakeOf,
} from './grammar/watch-packets.ts'
import { openPolling, poll, post, upgraded, upgradeTo, webSocketPath } from './http.ts'
import { NO_PATIENCE_MS, type Script, type Step, untilClosed, write } from './script.ts'
import { Frames, frameOf, inFragments } from './wire.ts'

const SEED_FACTOR = 0x9e37_79b1
const NUMBER_FACTOR = 0x85eb_ca6b

/** Messages that leave with one write. */
const CHUNK = 16
const MOST_CHUNKS = 80
/** One chunk in this many ends with a packet for which the hub should end the connection. */
const FATAL_EVERY = 48
/** One message in this many comes in fragments, or masked with more than zeros. */
const FRAGMENTED_EVERY = 64
const MASKED_EVERY = 8
/** One session in this many reads nothing. */
const DEAF_EVERY = 128

const addText = (frames: Frames, text: string, { random }: Pick<Grammar, 'random'>): void => {
  if (random.whole(1, FRAGMENTED_EVERY) === 1) inFragments(frames, text, random.whole(1, 64))
  else frames.text(text, random.whole(1, MASKED_EVERY) === 1 ? random.whole(1, 2 ** 32 - 1) : 0)
}

const chunkOf = (grammar: Grammar, last: string): Step => {
  const frames = new Frames()
  for (let left = CHUNK; left > 0; left -= 1) addText(frames, survivablePacket(grammar), grammar)
  frames.text(last)
  const { count } = frames
  return last === PROBE ? write(frames.take(), count, PROBE_ANSWERED) : untilClosed(frames.take(), count)
}

function* chunks(grammar: Grammar): Generator<Step> {
  const { random } = grammar
  for (let left = random.whole(1, MOST_CHUNKS); left > 0; left -= 1) {
    if (random.whole(1, FATAL_EVERY) === 1) return yield chunkOf(grammar, fatalPacket(grammar))
    yield chunkOf(grammar, PROBE)
  }
}

function* overWebSocket(grammar: Grammar): Generator<Step> {
  yield upgraded()
  yield write(frameOf({}, connectPacket(handshakeOf(grammar))), 1, ...LET_IN)
  yield* chunks(grammar)
}

const packetsOf = (grammar: Grammar): string[] =>
  Array.from({ length: grammar.random.whole(1, 4 * CHUNK) }, () => survivablePacket(grammar))

function* overPolling(grammar: Grammar): Generator<Step> {
  const { random } = grammar
  yield openPolling()
  yield post([connectPacket(handshakeOf(grammar))])
  for (let left = random.whole(1, MOST_CHUNKS / 8); left > 0; left -= 1) {
    yield poll()
    yield post([...packetsOf(grammar), PROBE])
  }
  if (random.whole(0, 1) === 0) return yield post([fatalPacket(grammar)])
  yield upgradeTo(webSocketPath)
  yield write(frameOf({}, '2probe'), 1, '3probe')
  yield write(frameOf({}, random.oneOf(['5', '5', '5', '2', '4', '6', '2probe'])), 1)
  yield* chunks(grammar)
}

/** Who watches and asks much is read more slowly: so many messages at once, and no more. */
const MOST_WATCH_CHUNKS = 6

const watchChunk = (grammar: WatchGrammar): Step => {
  const frames = new Frames()
  for (let left = grammar.random.whole(1, MOST_WATCH_CHUNKS) * CHUNK; left > 0; left -= 1)
    addText(frames, survivableWatchPacket(grammar), grammar)
  frames.text(WATCH_PROBE)
  const { count } = frames
  return { ...write(frames.take(), count, WATCH_PROBE_ANSWERED), patienceMs: NO_PATIENCE_MS }
}

function* watching(grammar: WatchGrammar, participant: Grammar): Generator<Step> {
  const { random } = grammar
  yield upgraded()
  // One connection may carry a participant and one who watches.
  if (random.whole(0, 7) === 0)
    yield write(frameOf({}, connectPacket(handshakeOf(participant))), 1, ...LET_IN)
  yield write(frameOf({}, watchConnect(watchHandshakeOf(grammar))), 1, ...WATCH_LET_IN)
  yield watchChunk(grammar)
}

function* watchingOverPolling(grammar: WatchGrammar): Generator<Step> {
  yield openPolling()
  yield post([watchConnect(watchHandshakeOf(grammar))])
  yield poll()
  // Above the rate such a one is cut: nothing could be read later.
  const length = grammar.random.whole(1, 2 * CHUNK)
  yield post([...Array.from({ length }, () => survivableWatchPacket(grammar)), WATCH_PROBE])
  yield poll()
}

const isForWatch = (packet: string): boolean => packet.includes(WATCH_NAMESPACE)

const watchScript = (grammar: Grammar): Script => {
  const { random, tokens } = grammar
  const captured = grammar.captured.filter(isForWatch)
  const ofWatch: WatchGrammar = { random, tokens, captured, claim: watchClaimOf(random) }
  if (random.whole(0, 7) === 0) return { name: 'watching over polling', steps: watchingOverPolling(ofWatch) }
  const isReading = random.whole(1, DEAF_EVERY) !== 1
  return { name: 'watching', isReading, steps: watching(ofWatch, grammar) }
}

/** Of eight sessions one each is polling, watching, and a case of the corpus. */
const scriptOf = (session: number, known: Grammar): Script => {
  if (session % 8 === 6) return watchScript(known)
  const grammar = { ...known, captured: known.captured.filter((packet) => !isForWatch(packet)) }
  if (session % 8 === 7) return corpusCase(session >>> 3, grammar)
  if (session % 8 === 5) return { name: 'polling', steps: overPolling(grammar) }
  const isReading = grammar.random.whole(1, DEAF_EVERY) !== 1
  return { name: 'websocket', isReading, steps: overWebSocket(grammar) }
}

export interface Known {
  readonly seed: number
  readonly captured: readonly string[]
  readonly tokens: Tokens
}

export const sessionOf = ({ seed, captured, tokens }: Known, session: number): Script => {
  const random = seeded(Math.imul(seed + 1, SEED_FACTOR) ^ Math.imul(session + 1, NUMBER_FACTOR))
  return scriptOf(session, { random, claim: claimOf(session), captured, tokens })
}
