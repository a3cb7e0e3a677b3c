/** What a customer sees who was sent an order's address: how far it is, and nothing of anybody else. */
import type { OrderView } from '../../../shared/watch.ts'
import { clockTime, fullTime } from '../formats.ts'
import { Empty, Section } from '../parts/basics.tsx'
import { Progress } from '../parts/progress.tsx'
import { Shown } from '../parts/shown.tsx'
import { BothTimes } from '../parts/time.tsx'
import { TRACKING_WORDS, trackingText } from '../words.ts'

const Steps = ({ history }: OrderView) => (
  <ol class="steps" data-list="steps">
    {history
      .flatMap((item) => {
        const text = trackingText(item)
        return text === null ? [] : [{ text, timeMs: Date.parse(item.time) }]
      })
      .reverse()
      .map(({ text, timeMs }) => (
        <li key={`${timeMs} ${text}`}>
          <span>{text}</span>
          <BothTimes ms={timeMs} />
        </li>
      ))}
  </ol>
)

const Found = (found: OrderView) => {
  const { order } = found
  return (
    <Section title={`Your order from ${order.store}`} class="tracking">
      <p class="tracking-words" role="status">
        {TRACKING_WORDS[order.state]}
      </p>
      <Progress state={order.state} />
      <dl class="facts">
        <dt>Order</dt>
        <dd>{order.orderId}</dd>
        <dt>For</dt>
        <dd>{order.customer}</dd>
        <dt>To</dt>
        <dd>{order.address}</dd>
        {order.driver !== null && (
          <>
            <dt>Driver</dt>
            <dd>{order.driver}</dd>
          </>
        )}
        <dt>Last news</dt>
        <dd title={fullTime(order.changedMs)}>{clockTime(order.changedMs)}</dd>
      </dl>
      <Steps {...found} />
    </Section>
  )
}

const Missing = (
  <Empty icon="search" title="This order is not kept any more">
    Ask the store that you ordered from.
  </Empty>
)

export const Tracking = () => (
  <Shown kind="order" missing={Missing}>
    {({ found }) => <Found {...found} />}
  </Shown>
)
