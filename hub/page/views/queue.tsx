/** One participant's queue, and the entries in it. An operator can pause it, and see it grow, and drain when it goes on. */
import type { EntryRow, List, QueueRow } from '../../../shared/watch.ts'
import { queueView, type View } from '../addresses.ts'
import { age, figure } from '../formats.ts'
import { Audit } from '../parts/audit.tsx'
import { Button, Empty, Figure, Figures, Section } from '../parts/basics.tsx'
import { DeadLetterList } from '../parts/dead-letter-list.tsx'
import { Entries } from '../parts/entries.tsx'
import { ExportButton } from '../parts/export-button.tsx'
import { Icon } from '../parts/icons.tsx'
import { Link } from '../parts/link.tsx'
import { perform } from '../parts/notice.tsx'
import { Pager } from '../parts/pager.tsx'
import { QueueState } from '../parts/queue-state.tsx'
import { Shown } from '../parts/shown.tsx'
import { Sparkline } from '../parts/sparkline.tsx'
import { depths, isOperator, nowMs } from '../state/store.ts'
import { participantWords, roleWords } from '../words.ts'

const PauseButton = ({ participant, paused }: QueueRow) => (
  <Button
    kind={paused ? 'primary' : 'plain'}
    icon={paused ? 'play' : 'pause'}
    action={paused ? 'resume' : 'pause'}
    onClick={() => perform({ action: paused ? 'resume' : 'pause', participant })}
  >
    {paused ? 'Resume delivery' : 'Pause delivery'}
  </Button>
)

const oldest = ({ oldestMs }: QueueRow): string => (oldestMs === null ? '–' : age(oldestMs, nowMs.value))

const Head = ({ queue }: { readonly queue: QueueRow }) => (
  <Section
    title={participantWords(queue.participant)}
    aside={
      <div class="actions">
        <QueueState queue={queue} />
        {isOperator.value && <PauseButton {...queue} />}
      </div>
    }
  >
    <div class="queue-head" data-queue={queue.participant}>
      <Figures>
        <Figure
          name="depth"
          label="Depth"
          value={figure(queue.depth)}
          tone={queue.trouble && queue.depth > 0 ? 'bad' : 'calm'}
        />
        <Figure name="oldest" label="Oldest" value={oldest(queue)} />
        <Figure name="in-flight" label="In flight" value={figure(queue.inFlight)} />
        <Figure name="retrying" label="Retrying" value={figure(queue.retrying)} />
        <Figure name="redelivered" label="Redelivered" value={figure(queue.redelivered)} />
        <Figure
          name="dead-letters"
          label="Dead letters"
          value={figure(queue.deadLetters)}
          tone={queue.deadLetters > 0 ? 'bad' : 'calm'}
        />
        {queue.participant.startsWith('driver/') && (
          <Figure name="carrying" label="Carrying" value={figure(queue.carrying)} />
        )}
      </Figures>
      <figure class="depth-course">
        <figcaption class="muted">Depth over two minutes</figcaption>
        <Sparkline samples={depths.value[queue.participant]} width={260} height={64} />
      </figure>
    </div>
    {queue.participant.startsWith('driver/') && (
      <p class="more">
        <Link to={{ name: 'map', picked: { kind: 'driver', id: participantWords(queue.participant) } }}>
          <Icon name="map" size={14} /> Show {roleWords(queue.participant).toLowerCase()} on the map
        </Link>
      </p>
    )}
  </Section>
)

const PLACES: readonly (readonly [EntryRow['place'], string])[] = [
  ['queue', 'Queue'],
  ['retry', 'Retrying'],
  ['dead', 'Dead letters'],
]

const NONE: Readonly<Record<EntryRow['place'], string>> = {
  queue: 'Nothing waits here',
  retry: 'Nothing waits for another try',
  dead: 'No dead letters',
}

const EntryList = (props: { list: List<EntryRow>; place: EntryRow['place']; queue: QueueRow }) => {
  const { list, place, queue } = props
  const { participant, deadLetters } = queue
  if (list.rows.length === 0 && list.next === null) return <Empty title={NONE[place]} />
  return place === 'dead' ? (
    <DeadLetterList rows={list.rows} all={{ whose: participant, count: deadLetters }} hasParticipant={false}>
      <ExportButton participant={participant} />
    </DeadLetterList>
  ) : (
    <Entries rows={list.rows} place={place} />
  )
}

type QueueProps = Omit<Extract<View, { name: 'queue' }>, 'name'>

const Missing = (
  <Empty icon="search" title="There is no such queue">
    Its participant has left, its session has expired, or it never connected.{' '}
    <Link to={{ name: 'queues', onlyTrouble: false, search: '', after: null }}>Show all queues</Link>
  </Empty>
)

export const Queue = ({ participant, place, after }: QueueProps) => (
  <Shown kind="queue" missing={Missing}>
    {({ queue, list }) => (
      <>
        <Head queue={queue} />
        <Section
          title="Entries"
          aside={
            <nav class="switch" aria-label="Entries">
              {PLACES.map(([name, label]) => (
                <Link key={name} to={queueView(participant, name)} isCurrent={name === place}>
                  {label}
                </Link>
              ))}
            </nav>
          }
        >
          <EntryList list={list} place={place} queue={queue} />
          <Pager
            list={list}
            noun={['entry', 'entries']}
            isFirst={after === null}
            at={(next) => ({ name: 'queue', participant, place, after: next })}
          />
        </Section>
        <Audit most={10} target={participant} />
      </>
    )}
  </Shown>
)
