import type { HandedEvent, HandoverReply } from '../protocol.ts'
import type { Answers } from './answers.ts'

/** One try of the hub to hand an entry over, and the way to answer it. */
export interface Handover {
  readonly event: HandedEvent
  readonly answers: Answers
  /** Socket.IO's callback, for an event that came in a frame of its own. */
  readonly reply: HandoverReply | null
  /** When it came. */
  readonly atMs: number
}

/** @returns whether the connection that handed it over is still there to hear it */
export const acknowledge = ({ event, answers, reply }: Handover): boolean => {
  if (!answers.isOpen) return false
  if (reply === null) answers.acknowledge(event.entry)
  else reply()
  // Even without a frame of answers: a barrier may have become due.
  answers.flushAtEndOfTurn()
  return true
}

export const reject = ({ event, answers, reply }: Handover, reason: string): void => {
  if (!answers.isOpen) return
  if (reply === null) answers.reject(event.entry, reason)
  else reply({ reject: reason })
}
