/** Who is owed what, worst first. */
import type { QueueRow } from '../../../shared/watch.ts'
import { queueView } from '../addresses.ts'
import { figure } from '../formats.ts'
import { Empty, Section } from '../parts/basics.tsx'
import { Field, Toggle } from '../parts/fields.tsx'
import { Link } from '../parts/link.tsx'
import { Pager } from '../parts/pager.tsx'
import { QueueState } from '../parts/queue-state.tsx'
import { Shown } from '../parts/shown.tsx'
import { Sparkline } from '../parts/sparkline.tsx'
import { Age } from '../parts/time.tsx'
import { go } from '../state/navigation.ts'
import { depths } from '../state/store.ts'
import { participantWords, roleWords } from '../words.ts'

const Count = (props: { readonly label: string; readonly value: number | null; readonly tone?: string }) => (
  <td data-label={props.label} class={`number ${props.value ? (props.tone ?? '') : 'zero'}`}>
    {figure(props.value)}
  </td>
)

const Row = ({ queue }: { readonly queue: QueueRow }) => (
  <tr data-queue={queue.participant} class={queue.trouble ? 'in-trouble' : ''}>
    <th scope="row">
      <Link to={queueView(queue.participant)} class="id">
        {participantWords(queue.participant)}
      </Link>
      <span class="under">{roleWords(queue.participant)}</span>
    </th>
    <td class="state">
      <QueueState queue={queue} />
    </td>
    <td data-label="Depth" class="number depth">
      <Sparkline samples={depths.value[queue.participant]} width={96} height={24} />
      <b data-depth={queue.depth}>{figure(queue.depth)}</b>
    </td>
    <td data-label="Oldest" class="number">
      {queue.oldestMs === null ? <span class="zero">–</span> : <Age ms={queue.oldestMs} />}
    </td>
    <Count label="In flight" value={queue.inFlight} />
    <Count label="Retrying" value={queue.retrying} tone="warning" />
    <Count label="Redelivered" value={queue.redelivered} />
    <Count label="Dead letters" value={queue.deadLetters} tone="bad" />
  </tr>
)

const HEADS = ['Depth', 'Oldest', 'In flight', 'Retrying', 'Redelivered', 'Dead letters'] as const

const Table = ({ rows }: { readonly rows: readonly QueueRow[] }) => (
  <table class="table" data-list="queues">
    <thead>
      <tr>
        <th scope="col">Participant</th>
        <th scope="col">State</th>
        {HEADS.map((head) => (
          <th key={head} scope="col" class="number">
            {head}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {rows.map((queue) => (
        <Row key={queue.participant} queue={queue} />
      ))}
    </tbody>
  </table>
)

interface QueuesProps {
  readonly onlyTrouble: boolean
  readonly search: string
  readonly after: string | null
}

const None = ({ onlyTrouble, search }: QueuesProps) =>
  onlyTrouble || search !== '' ? (
    <Empty title={onlyTrouble ? 'No queue is in trouble' : 'No participant is called so'}>
      <Link to={{ name: 'queues', onlyTrouble: false, search: '', after: null }}>Show all queues</Link>
    </Empty>
  ) : (
    <Empty icon="queues" title="Nobody has a queue yet">
      A participant gets one when it connects for the first time: <code>npm run driver</code> starts one.
    </Empty>
  )

export const Queues = (props: QueuesProps) => {
  const { onlyTrouble, search, after } = props
  return (
    <Section title="Queues">
      <search class="filter">
        <Field
          label="Participant"
          kind="search"
          hint="driver/7 or vendor/flowers"
          value={search}
          onValue={(text) => go({ name: 'queues', onlyTrouble, search: text, after: null }, true)}
          isWide
        />
        <Toggle
          label="Only trouble"
          isOn={onlyTrouble}
          onChange={(isOn) => go({ name: 'queues', onlyTrouble: isOn, search, after: null })}
        />
      </search>
      <Shown kind="queues">
        {({ list }) => (
          <>
            {list.rows.length === 0 && list.partial !== true ? (
              <None {...props} />
            ) : (
              <Table rows={list.rows} />
            )}
            <Pager
              list={list}
              noun={['queue', 'queues']}
              isFirst={after === null}
              at={(place) => ({ name: 'queues', onlyTrouble, search, after: place })}
            />
          </>
        )}
      </Shown>
    </Section>
  )
}
