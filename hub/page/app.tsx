/** The page: its head, and the view that the address names. Whoever may see one order only sees that one, and no way to anything else. */
import { computed } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { View } from './addresses.ts'
import { Banner } from './parts/banner.tsx'
import { Empty } from './parts/basics.tsx'
import { Header } from './parts/header.tsx'
import { Link } from './parts/link.tsx'
import { Notice } from './parts/notice.tsx'
import { TokenForm } from './parts/token-form.tsx'
import { view } from './state/navigation.ts'
import { connection, hello } from './state/store.ts'
import { hasToken } from './state/token.ts'
import { DeadLetters } from './views/dead-letters.tsx'
import { MapPage } from './views/map.tsx'
import { Now } from './views/now.tsx'
import { Order } from './views/order.tsx'
import { Orders } from './views/orders.tsx'
import { Queue } from './views/queue.tsx'
import { Queues } from './views/queues.tsx'
import { System } from './views/system.tsx'
import { Tracking } from './views/tracking.tsx'
import { participantWords } from './words.ts'

const Unknown = () => (
  <Empty icon="search" title="There is nothing at this address">
    <Link to={{ name: 'now', span: 'minute' }}>See what goes on now</Link>
  </Empty>
)

const Content = ({ at }: { readonly at: View }) => {
  switch (at.name) {
    case 'now':
      return <Now span={at.span} />
    case 'map':
      return <MapPage picked={at.picked} />
    case 'orders':
      return <Orders filter={at.filter} after={at.after} />
    case 'order':
      return <Order />
    case 'queues':
      return <Queues {...at} />
    case 'queue':
      return <Queue participant={at.participant} place={at.place} after={at.after} />
    case 'dead-letters':
      return <DeadLetters {...at} />
    case 'system':
      return <System span={at.span} />
    case 'unknown':
      return <Unknown />
    default:
      return at satisfies never
  }
}

const TITLES: Readonly<Record<View['name'], string>> = {
  now: 'Now',
  map: 'Map',
  orders: 'Orders',
  order: 'Order',
  queues: 'Queues',
  queue: 'Queue',
  'dead-letters': 'Dead letters',
  system: 'System',
  unknown: 'Not found',
}

const titleOf = (at: View): string => {
  if (at.name === 'order') return `Order ${at.orderId}`
  return at.name === 'queue' ? `Queue of ${participantWords(at.participant)}` : TITLES[at.name]
}

const onlyOrder = computed(() => hello.value?.order ?? null)

/** Views that begin with a title of their own to be seen; the others have one to be heard. */
export const App = () => {
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  const state = connection.value
  const at = view.value
  const isTracking = onlyOrder.value !== null
  const title = isTracking ? 'Your order' : titleOf(at)
  useEffect(() => {
    document.title = `${title} · CAPS`
    // Whoever hears the page is told where he is; who has just come is at its beginning anyway.
    if (!isFirst.current) main.current?.focus({ preventScroll: true })
    isFirst.current = false
  }, [title])
  // Before the hub has said whom it takes us for, a tracking page must not show ways to elsewhere for a moment.
  const mayBeTracking = hello.value === null && hasToken() && at.name === 'order'
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <Header hasNavigation={!isTracking && !mayBeTracking} />
      <Banner />
      <main
        id="main"
        ref={main}
        tabIndex={-1}
        class={`view ${at.name}`}
        data-view={isTracking ? 'tracking' : at.name}
      >
        <h1 class="hidden">{title}</h1>
        {state.kind === 'refused' ? (
          <TokenForm code={state.code} message={state.message} />
        ) : isTracking ? (
          <Tracking />
        ) : (
          <Content at={at} />
        )}
      </main>
      <Notice />
    </>
  )
}
