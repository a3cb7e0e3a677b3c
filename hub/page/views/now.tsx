/** The company in one glance: what is in trouble first, then how orders and events flow. */
import type { ComponentChildren } from 'preact'
import { FLEET } from '../../../shared/ids.ts'
import type { Summary, Trouble } from '../../../shared/watch.ts'
import type { Span } from '../addresses.ts'
import { counted, figure, milliseconds } from '../formats.ts'
import { Audit } from '../parts/audit.tsx'
import { Empty, Figure, Figures, Loading, Section } from '../parts/basics.tsx'
import { Course } from '../parts/course.tsx'
import { Icon } from '../parts/icons.tsx'
import { Link } from '../parts/link.tsx'
import { Age } from '../parts/time.tsx'
import { summary } from '../state/store.ts'
import { participantWords, roleWords, troubleText, troubleView } from '../words.ts'

/** The worst; the others have a view. */
const MOST_SHOWN = 6

const TroubleLine = ({ trouble }: { readonly trouble: Trouble }) => {
  const { title, advice, tone } = troubleText(trouble)
  const { participant, order, sinceMs } = trouble
  return (
    <li class={`trouble ${tone}`} data-trouble={trouble.kind}>
      <Icon name={tone === 'bad' ? 'cross' : 'warning'} size={18} />
      <div class="trouble-text">
        <Link to={troubleView(trouble)} class="trouble-title">
          {participant !== undefined && (
            <>
              {participant !== FLEET && <span class="kind">{roleWords(participant)}</span>}{' '}
              <b>{participantWords(participant)}</b>{' '}
            </>
          )}
          {participant === undefined && order !== undefined && <b>{order} </b>}
          {title}
        </Link>
        <p class="muted">{advice}</p>
      </div>
      {sinceMs !== undefined && (
        <span class="trouble-since">
          for <Age ms={sinceMs} />
        </span>
      )}
    </li>
  )
}

const Troubles = ({ troubles, troubleCount }: Summary) => (
  <Section
    title="Trouble"
    class="troubles"
    aside={
      troubleCount > 0 && <span class="count">{counted(troubleCount, 'thing', 'things')} to look at</span>
    }
  >
    {troubles.length === 0 ? (
      <Empty title="Nothing is in trouble">
        Participants that are away with events, old events, dead letters and slow disks would stand here.
      </Empty>
    ) : (
      <ul class="trouble-list">
        {troubles.slice(0, MOST_SHOWN).map((trouble) => (
          <TroubleLine
            key={`${trouble.kind} ${trouble.participant ?? ''} ${trouble.order ?? ''}`}
            trouble={trouble}
          />
        ))}
      </ul>
    )}
    {troubleCount > MOST_SHOWN && (
      <p class="more">
        <Link to={{ name: 'queues', onlyTrouble: true, search: '', after: null }}>
          {figure(troubleCount - MOST_SHOWN)} more: see all queues in trouble
        </Link>
      </p>
    )}
  </Section>
)

const Group = ({ title, children }: { readonly title: string; readonly children: ComponentChildren }) => (
  <section class="figure-group" aria-label={title}>
    <h3>{title}</h3>
    <Figures>{children}</Figures>
  </section>
)

const Orders = ({ orders }: Summary) => (
  <Group title="Orders">
    <Figure name="waiting" label="Waiting" value={figure(orders.waiting)} />
    <Figure name="assigned" label="Assigned" value={figure(orders.assigned)} />
    <Figure name="in-transit" label="In transit" value={figure(orders.inTransit)} />
    <Figure name="delivered" label="Delivered today" value={figure(orders.deliveredToday)} />
  </Group>
)

const Events = ({ flow }: Summary) => (
  <Group title="Events a second">
    <Figure name="in" label="In" value={figure(flow.in)} />
    <Figure name="out" label="Out" value={figure(flow.out)} />
    <Figure name="acknowledged" label="Acknowledged" value={figure(flow.acknowledged)} />
    <Figure
      name="redelivered"
      label="Redelivered"
      value={figure(flow.redelivered)}
      tone={flow.redelivered > 0 ? 'warning' : 'calm'}
    />
  </Group>
)

const Owed = ({ flow, delays }: Summary) => (
  <Group title="Owed, and how long it takes">
    <Figure name="ready" label="Ready" value={figure(flow.ready)} />
    <Figure name="unacknowledged" label="Unacknowledged" value={figure(flow.unacknowledged)} />
    <Figure name="p50" label="Delay, half" value={delays === null ? '–' : milliseconds(delays.p50Ms)} />
    <Figure name="p99" label="Delay, 99 %" value={delays === null ? '–' : milliseconds(delays.p99Ms)} />
  </Group>
)

const Connected = ({ connections }: Summary) => (
  <Group title="Connected">
    <Figure name="vendors" label="Stores’ tills" value={figure(connections.vendors)} />
    <Figure name="drivers" label="Drivers" value={figure(connections.drivers)} />
    <Figure name="watchers" label="Pages like this" value={figure(connections.watchers)} />
  </Group>
)

export const Now = ({ span }: { readonly span: Span }) => {
  const latest = summary.value
  if (latest === null) return <Loading />
  return (
    <>
      <Troubles {...latest} />
      <div class="section figure-groups">
        <Orders {...latest} />
        <Events {...latest} />
        <Owed {...latest} />
        <Connected {...latest} />
      </div>
      <Course view="now" span={span} />
      <Audit most={8} />
    </>
  )
}
