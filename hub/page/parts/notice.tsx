/** What comes of what an operator does: how far it has come, and what came of it, until the next one or until it is put away. */
import { signal } from '@preact/signals'
import type { Action } from '../../../shared/watch.ts'
import { counted, figure } from '../formats.ts'
import { act, lookAgain } from '../state/feed.ts'
import { participantWords } from '../words.ts'
import { Icon } from './icons.tsx'

interface Said {
  readonly tone: 'good' | 'bad' | 'busy'
  readonly text: string
  /** Goes no further. */
  readonly stop?: () => void
}

const notice = signal<Said | null>(null)

export const say = (tone: Said['tone'], text: string): void => {
  notice.value = { tone, text }
}

const letters = (done: number): string => counted(done, 'dead letter')

const DONE: Readonly<Record<Action['action'], (who: string, done: number) => string>> = {
  pause: (who) => `Delivery to ${who} is paused.`,
  resume: (who) => `Delivery to ${who} goes on.`,
  replay: (who, done) => `${letters(done)} of ${who} replayed.`,
  drop: (who, done) => `${letters(done)} of ${who} dropped.`,
}

const wordsFor = (actions: readonly Action[], done: number): string => {
  const [first] = actions as readonly [Action]
  const whose = actions.length === 1 ? participantWords(first.participant) : `${actions.length} participants`
  return DONE[first.action](whose, done)
}

/** Does them one after another, all of one kind, up to the first that the hub refuses; says what came of it, and looks at it. */
export const perform = async (...actions: readonly Action[]): Promise<void> => {
  let done = 0
  for (const [index, action] of actions.entries()) {
    const reply = await act(action)
    if (!reply.ok) {
      const before = index === 0 ? '' : ` ${wordsFor(actions.slice(0, index), done)}`
      say('bad', `Not done for ${participantWords(action.participant)}: ${reply.message}${before}`)
      return lookAgain()
    }
    done += reply.done
  }
  say('good', wordsFor(actions, done))
  lookAgain()
}

const DOING = { replay: 'Replaying', drop: 'Dropping' } as const

/**
 * Replays or drops all dead letters, of one participant or of everybody, step by step, so that one sees how far it is and can stop it. @param count how many there are, as far as it is known
 */
export const performOnAll = async (
  action: keyof typeof DOING,
  participant: string,
  count: number,
): Promise<void> => {
  let [done, isStopped] = [0, false]
  const stop = (): void => {
    isStopped = true
  }
  for (let after: string | null | undefined = null; after !== undefined && !isStopped; ) {
    const text = `${DOING[action]} ${figure(done)} of ${letters(count)} of ${participantWords(participant)}`
    notice.value = { tone: 'busy', text, stop }
    const reply = await act({ action, participant, entries: 'all', after })
    if (!reply.ok) {
      say('bad', `${reply.message} Until then: ${DONE[action](participantWords(participant), done)}`)
      return lookAgain()
    }
    done += reply.done
    after = reply.next ?? undefined
  }
  say(
    'good',
    `${DONE[action](participantWords(participant), done)}${isStopped ? ' Then it was stopped.' : ''}`,
  )
  lookAgain()
}

const ICONS = { good: 'check', bad: 'warning', busy: 'ring' } as const

const NoticeButton = ({ stop }: Said) =>
  stop === undefined ? (
    <button
      type="button"
      class="quiet"
      aria-label="Put this message away"
      onClick={() => {
        notice.value = null
      }}
    >
      <Icon name="cross" />
    </button>
  ) : (
    <button type="button" class="button plain" data-action="stop" onClick={stop}>
      Stop
    </button>
  )

export const Notice = () => (
  <div class="notices" role="status" aria-live="polite">
    {notice.value !== null && (
      <p class={`notice ${notice.value.tone}`}>
        <Icon name={ICONS[notice.value.tone]} />
        <span>{notice.value.text}</span>
        <NoticeButton {...notice.value} />
      </p>
    )}
  </div>
)
