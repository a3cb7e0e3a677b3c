/**
 * What an operator does to a participant: delivery paused and resumed, dead letters replayed and dropped. All letters, of one participant or of everybody, are those that were there when it was asked for, so that one that comes back meanwhile is not
 * taken twice (`all-letters.ts`).
 */
import type { ParticipantId } from '../../../shared/ids.ts'
import { refusal } from '../../../shared/refusal.ts'
import { type Action, type ActionReply, EVERYBODY } from '../../../shared/watch.ts'
import { positionOf } from '../../domain/token.ts'
import type { DeadLetterDesk, ListsLedger, Pausing } from '../ports.ts'
import { AllLetters, STEP } from './all-letters.ts'
import type { OwedParticipants } from './owed.ts'

export interface ActionsParts {
  readonly ledger: Pick<ListsLedger, 'participantRecord' | 'lastPosition'>
  readonly letters: DeadLetterDesk
  readonly owed: Pick<OwedParticipants, 'withDeadLetters'>
  readonly pausing: Pausing
  readonly lettersPerStep?: number | undefined
}

type Dealing = Extract<Action, { action: 'replay' | 'drop' }>

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
const WHOSE = refusal(
  'bad-request',
  'Of all participants there are only all letters: leave the names out, or name the participant.',
)
const NO_PLACE = refusal(
  'bad-request',
  'This is no place to go on from: begin with null, and go on with the `next` of the answer before.',
)

export class Actions {
  readonly #parts: ActionsParts
  readonly #all: AllLetters

  constructor(parts: ActionsParts) {
    this.#parts = parts
    this.#all = new AllLetters(parts)
  }

  async act(action: Action): Promise<ActionReply> {
    const isDealing = action.action === 'replay' || action.action === 'drop'
    if (isDealing && action.participant === EVERYBODY) return this.#deal(action)
    const participant = action.participant as ParticipantId
    if ((await this.#parts.ledger.participantRecord(participant)) === null) return UNKNOWN
    if (isDealing) return this.#deal(action)
    const { pausing } = this.#parts
    const isDone = await (action.action === 'pause'
      ? pausing.pause(participant)
      : pausing.resume(participant))
    return { ok: true, done: isDone ? 1 : 0 }
  }

  async #deal({ action, participant, entries, after }: Dealing): Promise<ActionReply> {
    const { letters } = this.#parts
    const deal = (id: ParticipantId, positions: readonly number[]): Promise<number> =>
      action === 'replay' ? letters.replay(id, positions) : letters.drop(id, positions)
    if (entries === 'all') return (await this.#all.deal({ participant, after }, deal)) ?? NO_PLACE
    if (participant === EVERYBODY) return WHOSE
    const positions = entries.map(positionOf)
    if (positions.includes(null)) return NO_ENTRY
    let done = 0
    for (let at = 0; at < positions.length; at += STEP)
      done += await deal(participant as ParticipantId, positions.slice(at, at + STEP) as number[])
    return done > 0 || entries.length === 0 ? { ok: true, done } : GONE
  }
}
