/** What came of what an operator did: said once, until the next one or until it is put away. */
import { signal } from '@preact/signals'
import type { Action } from '../../../shared/watch.ts'
import { counted } from '../formats.ts'
import { act, lookAgain } from '../state/feed.ts'
import { participantWords } from '../words.ts'
import { Icon } from './icons.tsx'

interface Said {
  readonly tone: 'good' | 'bad'
  readonly text: string
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

export const Notice = () => (
  <div class="notices" role="status" aria-live="polite">
    {notice.value !== null && (
      <p class={`notice ${notice.value.tone}`}>
        <Icon name={notice.value.tone === 'good' ? 'check' : 'warning'} />
        <span>{notice.value.text}</span>
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
      </p>
    )}
  </div>
)
