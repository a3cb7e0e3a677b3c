/**
 * All dead letters, of one participant or of everybody, dealt with one after another in small pieces of work, between which everybody else gets on. Whoever asks for it in steps gets an answer after so many letters, which says where the next
 * step begins; that also tells up to where letters were there when the first one began: later ones are left alone, or what comes back would be taken again and again.
 */
import type { ParticipantId } from '../../../shared/ids.ts'
import { type ActionReply, EVERYBODY } from '../../../shared/watch.ts'
import { positionOf, tokenOf } from '../../domain/token.ts'
import type { DeadLetterDesk, ListsLedger } from '../ports.ts'
import type { OwedParticipants } from './owed.ts'

export interface AllLettersParts {
  readonly ledger: Pick<ListsLedger, 'lastPosition'>
  readonly letters: Pick<DeadLetterDesk, 'list'>
  readonly owed: Pick<OwedParticipants, 'withDeadLetters'>
  /** Of a request that asks for steps. Default: 5,000. */
  readonly lettersPerStep?: number | undefined
}

/** Letters in one piece of work. */
export const STEP = 200
/** A second or two. */
const LETTERS_PER_STEP = 5000

interface Cursor {
  /** Those before this one, by name, have been dealt with; */
  readonly participant: string
  /** of this one, all letters up to here. */
  readonly after: number
  readonly upTo: number
}

const textOf = ({ participant, after, upTo }: Cursor): string =>
  `${tokenOf(after)}:${tokenOf(upTo)}:${participant}`

const cursorIn = (text: string): Cursor | null => {
  const [after = '', upTo = '', ...participant] = text.split(':')
  const positions = [positionOf(after), positionOf(upTo)] as const
  if (positions[0] === null || positions[1] === null) return null
  return { participant: participant.join(':'), after: positions[0], upTo: positions[1] }
}

type Deal = (participant: ParticipantId, positions: readonly number[]) => Promise<number>

export class AllLetters {
  readonly #parts: AllLettersParts

  constructor(parts: AllLettersParts) {
    this.#parts = parts
  }

  /** @param asked.after where a step begins, null for the first one; undefined for all in one go @returns null if that is no place */
  async deal(
    asked: { participant: string; after?: string | null | undefined },
    deal: Deal,
  ): Promise<Extract<ActionReply, { ok: true }> | null> {
    const isInSteps = asked.after !== undefined
    const start = await this.#start(asked.after ?? null)
    if (start === null) return null
    const { upTo } = start
    const { lettersPerStep = LETTERS_PER_STEP } = this.#parts
    let [done, looked] = [0, 0]
    for (const participant of await this.#participants(asked.participant, start)) {
      for (let after = participant === start.participant ? start.after : 0; ; ) {
        if (isInSteps && looked >= lettersPerStep)
          return { ok: true, done, next: textOf({ participant, after, upTo }) }
        const page = await this.#parts.letters.list(participant, { after, limit: STEP })
        const positions = page.map(({ position }) => position).filter((position) => position <= upTo)
        if (positions.length > 0) done += await deal(participant, positions)
        looked += positions.length
        if (positions.length < STEP) break
        after = positions.at(-1)!
      }
    }
    return { ok: true, done, ...(isInSteps && { next: null }) }
  }

  async #start(after: string | null): Promise<Cursor | null> {
    if (after !== null) return cursorIn(after)
    return { participant: '', after: 0, upTo: await this.#parts.ledger.lastPosition() }
  }

  async #participants(asked: string, start: Cursor): Promise<readonly ParticipantId[]> {
    return asked === EVERYBODY
      ? this.#parts.owed.withDeadLetters(start.participant)
      : [asked as ParticipantId]
  }
}
