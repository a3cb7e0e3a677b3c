/** Carries a script out on a connection of its own. */
import { CLOSED, NO_PATIENCE_MS, type Script, type Step } from '../script.ts'
import type { LastSent } from './last-sent.ts'
import type { Pace } from './pace.ts'
import { type Heard, Peer } from './peer.ts'

export interface Target {
  readonly port: number
  readonly pace: Pace
  readonly lastSent: LastSent
  /** Asked before each step. */
  isOver(): boolean
}

export interface Outcome {
  /** Sent on connections that stood when they left; of the last piece it is not known how much was read. */
  readonly frames: number
  /** Done: to its end. Refused: by an answer. Cut: by the hub. Silent: the hub neither answered nor cut it in time. Unconnected: the hub did not take the connection. */
  readonly end: 'done' | 'refused' | 'cut' | 'silent' | 'unconnected'
}

const PATIENCE_MS = 5000
/** Every connection of so many is reset instead of closed. */
const RESET_EVERY = 8

/** From anywhere in 127.0.0.0/8: limits for an address are not what most of this is about, and one address has too few ports. */
const addressOf = (session: number): string | null =>
  process.platform === 'linux'
    ? `127.${1 + ((session >>> 12) % 200)}.${(session >>> 6) % 64}.${1 + (session % 64)}`
    : null

const bytesOf = ({ bytes }: Step, sid: string): Buffer => (typeof bytes === 'function' ? bytes(sid) : bytes)

const isForAnEnd = ({ until }: Step): boolean => until === CLOSED

const patienceOf = (step: Step): number =>
  step.patienceMs ?? (isForAnEnd(step) ? NO_PATIENCE_MS : PATIENCE_MS)

/** null: it goes on. */
const endOf = (heard: Heard, step: Step): Outcome['end'] | null => {
  switch (heard.kind) {
    case 'closed':
      return 'cut'
    case 'silent':
      if (step.patienceMs !== undefined) return null
      return isForAnEnd(step) ? 'done' : 'silent'
    case 'said':
      return heard.which === 0 ? null : 'refused'
    default:
      throw new Error(`unknown answer ${heard satisfies never}`)
  }
}

const answerTo = async (peer: Peer, step: Step): Promise<Outcome['end'] | null> =>
  step.until === undefined ? null : endOf(await peer.until(step.until, patienceOf(step)), step)

const follow = async (peer: Peer, script: Script, session: number, target: Target): Promise<Outcome> => {
  let frames = 0
  for (const step of script.steps) {
    await target.pace.take(step.frames)
    if (peer.isClosed) return { frames, end: 'cut' }
    if (target.isOver()) return { frames, end: 'done' }
    const bytes = bytesOf(step, peer.sid)
    target.lastSent.note(session, script.name, bytes)
    peer.write(bytes)
    frames += step.frames
    const end = script.isReading === false && frames > 2 ? null : await answerTo(peer, step)
    if (end !== null) return { frames, end }
    if (script.isReading === false && frames >= 2) peer.stopReading()
  }
  return { frames, end: 'done' }
}

export const carryOut = async (script: Script, session: number, target: Target): Promise<Outcome> => {
  const peer = await Peer.open(target.port, addressOf(session)).catch(() => null)
  if (peer === null) return { frames: 0, end: 'unconnected' }
  try {
    return await follow(peer, script, session, target)
  } finally {
    peer.end(session % RESET_EVERY === 0 ? 'reset' : 'close')
  }
}
