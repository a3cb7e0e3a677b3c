/**
 * What an operator does to a participant: delivery paused and resumed, dead letters replayed and dropped. All letters are those that were there when it was asked for, so that one that comes back meanwhile is not taken twice; they are dealt
 * with in steps, one after another, between which everybody else gets on.
 */
import type { ParticipantId } from '../../../shared/ids.ts'
import { refusal } from '../../../shared/refusal.ts'
import type { Action, ActionReply } from '../../../shared/watch.ts'
import { positionOf } from '../../domain/token.ts'
import type { DeadLetterDesk, ListsLedger, Pausing } from '../ports.ts'

export interface ActionsParts {
  readonly ledger: Pick<ListsLedger, 'participantRecord' | 'lastPosition'>
  readonly letters: DeadLetterDesk
  readonly pausing: Pausing
}

type Dealing = Extract<Action, { action: 'replay' | 'drop' }>

const STEP = 200

const UNKNOWN = refusal(
  'not-found',
  'The hub does not know this participant, or no longer. Take a name from the list of queues.',
)
const NO_ENTRY = refusal(
  'bad-request',
  "An entry's name is not one that the hub gives. Take them from the list of dead letters.",
)
const GONE = refusal(
  'not-found',
  'None of these could be taken: they were replayed or dropped before, or their participant is known no longer and they can only be dropped. Look at the list again.',
)

export class Actions {
  readonly #parts: ActionsParts

  constructor(parts: ActionsParts) {
    this.#parts = parts
  }

  async act(action: Action): Promise<ActionReply> {
    const participant = action.participant as ParticipantId
    if ((await this.#parts.ledger.participantRecord(participant)) === null) return UNKNOWN
    if (action.action === 'replay' || action.action === 'drop') return this.#deal(action, participant)
    const { pausing } = this.#parts
    const isDone = action.action === 'pause' ? pausing.pause(participant) : pausing.resume(participant)
    return { ok: true, done: isDone ? 1 : 0 }
  }

  async #deal({ action, entries }: Dealing, participant: ParticipantId): Promise<ActionReply> {
    const { letters } = this.#parts
    const step = (positions: readonly number[]): Promise<number> =>
      action === 'replay' ? letters.replay(participant, positions) : letters.drop(participant, positions)
    if (entries === 'all') return { ok: true, done: await this.#dealWithAll(participant, step) }
    const positions = entries.map(positionOf)
    if (positions.includes(null)) return NO_ENTRY
    const done = await this.#dealWith(positions as number[], step)
    return done > 0 || entries.length === 0 ? { ok: true, done } : GONE
  }

  async #dealWith(
    positions: readonly number[],
    step: (positions: readonly number[]) => Promise<number>,
  ): Promise<number> {
    let done = 0
    for (let at = 0; at < positions.length; at += STEP) done += await step(positions.slice(at, at + STEP))
    return done
  }

  async #dealWithAll(
    participant: ParticipantId,
    step: (positions: readonly number[]) => Promise<number>,
  ): Promise<number> {
    const upTo = await this.#parts.ledger.lastPosition()
    let done = 0
    for (let after = 0; ; ) {
      const page = await this.#parts.letters.list(participant, { after, limit: STEP })
      const positions = page.map(({ position }) => position).filter((position) => position <= upTo)
      if (positions.length > 0) done += await step(positions)
      if (positions.length < STEP) return done
      after = positions.at(-1)!
    }
  }
}
