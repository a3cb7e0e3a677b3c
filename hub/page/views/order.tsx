/** One order from beginning to end: every hop, when, and how long after the one before. */
import type { HistoryItem } from '../../../shared/protocol.ts'
import type { OrderView } from '../../../shared/watch.ts'
import { ordersView, queueView } from '../addresses.ts'
import { duration, fullTime } from '../formats.ts'
import { Badge, Empty, Section, StateBadge } from '../parts/basics.tsx'
import { Icon, type IconName } from '../parts/icons.tsx'
import { Link } from '../parts/link.tsx'
import { Progress } from '../parts/progress.tsx'
import { Shown } from '../parts/shown.tsx'
import { BothTimes } from '../parts/time.tsx'
import { isOperator, nowMs } from '../state/store.ts'
import { historyText, participantWords, type Tone, WHO } from '../words.ts'

const HOP_ICONS: Partial<Record<HistoryItem['what'], IconName>> = {
  pickup: 'orders',
  'in-transit': 'truck',
  acknowledged: 'check',
  replayed: 'replay',
  dropped: 'trash',
}

const TONE_ICONS: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  calm: 'dot',
  active: 'half',
  warning: 'warning',
  bad: 'cross',
}

const Who = ({ participant }: { readonly participant: string | undefined }) =>
  participant === undefined ? (
    <>somebody</>
  ) : (
    <Link to={queueView(participant)} class="hop-who" label={`${participantWords(participant)}, its queue`}>
      {participantWords(participant)}
    </Link>
  )

interface HopProps {
  readonly item: HistoryItem
  readonly sinceBeforeMs: number | null
  readonly sinceStartMs: number
}

const Hop = ({ item, sinceBeforeMs, sinceStartMs }: HopProps) => {
  const { title, tone } = historyText(item)
  const [before, after] = title.split(WHO)
  return (
    <li class={`hop ${tone}`} data-what={item.what}>
      <span class="hop-mark">
        <Icon name={HOP_ICONS[item.what] ?? TONE_ICONS[tone]} size={14} />
      </span>
      <div class="hop-text">
        <p>
          {before}
          {after !== undefined && <Who participant={item.participant} />}
          {after}
        </p>
        {item.reason !== undefined && <p class="reason">{item.reason}</p>}
      </div>
      <div class="hop-time">
        <BothTimes ms={Date.parse(item.time)} />
        <span class="elapsed" title={`${duration(sinceStartMs)} after the pickup`}>
          {sinceBeforeMs === null ? 'start' : `+${duration(sinceBeforeMs)}`}
        </span>
      </div>
    </li>
  )
}

const Timeline = ({ history }: { readonly history: readonly HistoryItem[] }) => {
  const times = history.map(({ time }) => Date.parse(time))
  return (
    <ol class="timeline" data-list="timeline">
      {history.map((item, index) => (
        <Hop
          key={`${index} ${item.time}`}
          item={item}
          sinceBeforeMs={index === 0 ? null : times[index]! - times[index - 1]!}
          sinceStartMs={times[index]! - times[0]!}
        />
      ))}
    </ol>
  )
}

const Facts = ({ order }: OrderView) => {
  const endMs = order.state === 'delivered' ? order.changedMs : nowMs.value
  return (
    <dl class="facts">
      <dt>Customer</dt>
      <dd>{order.customer}</dd>
      <dt>Address</dt>
      <dd>{order.address}</dd>
      <dt>Store</dt>
      <dd>
        <Link to={ordersView({ store: order.store })}>{order.store}</Link>
      </dd>
      <dt>Driver</dt>
      <dd>
        {order.driver === null ? (
          <span class="muted">none yet</span>
        ) : (
          <>
            <Link to={ordersView({ driver: order.driver })}>{order.driver}</Link>{' '}
            <Link to={{ name: 'map', picked: { kind: 'order', id: order.key } }} class="aside">
              <Icon name="map" size={14} /> on the map
            </Link>
          </>
        )}
      </dd>
      <dt>Accepted</dt>
      <dd>{fullTime(order.acceptedMs)}</dd>
      <dt>{order.state === 'delivered' ? 'Took' : 'Takes'}</dt>
      <dd>{duration(Math.max(0, endMs - order.acceptedMs))}</dd>
    </dl>
  )
}

const Details = ({ order }: OrderView) =>
  order.details === undefined ? null : (
    <details class="details">
      <summary>Details that the store sent along</summary>
      <pre>{JSON.stringify(order.details, null, 2)}</pre>
    </details>
  )

const TrackingAdvice = ({ order }: OrderView) => (
  <details class="details">
    <summary>Let the customer follow this order</summary>
    <p>
      This address with <code>#token=…</code> behind it is the customer’s tracking page: it shows this order
      and no other. The token comes from
    </p>
    <pre>{`npx caps token --role observer --order ${order.key}`}</pre>
  </details>
)

const Found = ({ found }: { readonly found: OrderView }) => (
  <>
    <Section
      title={`Order ${found.order.orderId}`}
      aside={
        <span class="badges">
          <StateBadge state={found.order.state} />
          {found.order.trouble && <Badge tone="bad">Trouble</Badge>}
          {found.order.owed > 0 && (
            <Badge tone="calm" icon="queues">
              {`${found.order.owed} owed`}
            </Badge>
          )}
        </span>
      }
    >
      <Progress state={found.order.state} />
      <div class="columns">
        <Facts {...found} />
        <div>
          <Details {...found} />
          {isOperator.value && <TrackingAdvice {...found} />}
        </div>
      </div>
    </Section>
    <Section title="Timeline">
      <Timeline history={found.history} />
    </Section>
  </>
)

const Missing = (
  <Empty icon="search" title="There is no such order">
    It may have been removed: orders are kept for some time after they have ended.{' '}
    <Link to={ordersView()}>Show all orders</Link>
  </Empty>
)

export const Order = () => (
  <Shown kind="order" missing={Missing}>
    {({ found }) => <Found found={found} />}
  </Shown>
)
