import type { AuditLine } from '../../../shared/watch.ts'
import { counted } from '../formats.ts'
import { audit } from '../state/store.ts'
import { participantWords } from '../words.ts'
import { Empty, Section } from './basics.tsx'
import { Time } from './time.tsx'

/** Of an action: what stands before its target, and behind it. */
const SAID: Readonly<Record<string, readonly [verb: string, note?: string]>> = {
  pause: ['paused', 'until it is resumed'],
  resume: ['resumed'],
  replay: ['replayed dead letters of'],
  drop: ['dropped dead letters of'],
}

const Said = ({ who, action, target, done }: AuditLine) => {
  const [verb, note] = SAID[action] ?? [action]
  return (
    <span>
      <b>{who}</b> {verb} <b>{participantWords(target)}</b>
      {note !== undefined && <span class="muted"> {note}</span>}
      {done > 0 && <span class="muted"> · {counted(done, 'entry', 'entries')}</span>}
    </span>
  )
}

/** What operators have done, newest first. @param target of one participant only */
export const Audit = ({ most, target }: { readonly most: number; readonly target?: string }) => {
  const lines = audit.value.filter((line) => target === undefined || line.target === target)
  const shown = lines.slice(-most).reverse()
  return (
    <Section title="What operators did">
      {shown.length === 0 ? (
        <Empty icon="ring" title="Nothing yet">
          Pausing, resuming, replaying and dropping leave a line here.
        </Empty>
      ) : (
        <ol class="audit" data-list="audit">
          {shown.map((line, index) => (
            <li key={`${line.timeMs} ${index} ${line.target}`}>
              <Time ms={line.timeMs} />
              <Said {...line} />
            </li>
          ))}
        </ol>
      )}
    </Section>
  )
}
