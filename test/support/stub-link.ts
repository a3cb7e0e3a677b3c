/** The link as vendors and drivers use it, with nothing behind it: a test hands over events, tells statuses and answers what is published. */
import sinon from 'sinon'
import { Fault } from '../../shared/fault.ts'
import type { FailedEvent, Link, LinkCounts, LinkStatus } from '../../shared/link/api.ts'
import { Listeners } from '../../shared/listeners.ts'
import type { Order, Progress } from '../../shared/messages.ts'
import type { Accepted, DriverPosition, EventName, HandedEvent, Welcome } from '../../shared/protocol.ts'

type StubbedLink = Pick<
  Link,
  'publish' | 'on' | 'onStatus' | 'onPosition' | 'failed' | 'counts' | 'assignments' | 'position'
>

interface Publication {
  readonly event: EventName
  readonly payload: Order | Progress
  accept(): void
  refuse(code: string): void
}

export const eventOfOrder = (event: EventName, orderId: string, store = 'acme'): HandedEvent => ({
  id: `${event}-of-${store}-${orderId}`,
  event,
  time: '2026-01-01T00:00:00.000Z',
  payload: { store, orderId, customer: 'Ada', address: 'Here 1', driver: 'driver-1' },
  entry: `${event}-${orderId}`,
  attempt: 1,
})

const WELCOME: Welcome = {
  participant: 'vendor/acme/main',
  protocol: 1,
  awayMs: 0,
  queued: 0,
  window: 100,
  limits: { eventBytes: 20_000, frameBytes: 200_000, batchLength: 100 },
}

export const connected = (welcome: Partial<Welcome> = {}): LinkStatus => ({
  kind: 'connected',
  welcome: { ...WELCOME, ...welcome },
})

export const createStubLink = () => {
  const published: Publication[] = []
  const handlers = new Map<EventName, (event: HandedEvent) => void | Promise<void>>()
  const statuses = new Listeners<LinkStatus>()
  const positions = new Listeners<DriverPosition>()
  const failed: FailedEvent[] = []
  const counts: LinkCounts = {
    confirmed: 0,
    handled: 0,
    repeatsDropped: 0,
    redelivered: 0,
    rejected: 0,
    unconfirmed: 0,
  }

  const publish = (event: EventName, payload: Order | Progress): Promise<Accepted> =>
    new Promise((resolve, reject) => {
      published.push({
        event,
        payload: structuredClone(payload),
        accept: () => resolve({ ok: true, id: `id-${published.length}` }),
        refuse: (code) => reject(new Fault(code, `refused as ${code}`)),
      })
    })

  const link = {
    publish: sinon.spy(publish),
    on(event: EventName, handler: (event: HandedEvent) => void | Promise<void>) {
      handlers.set(event, handler)
      return () => void handlers.delete(event)
    },
    onStatus: (listener: (status: LinkStatus) => void) => statuses.add(listener),
    onPosition: (listener: (position: DriverPosition) => void) => positions.add(listener),
    failed: () => [...failed],
    counts: sinon.stub<[], LinkCounts>().callsFake(() => ({ ...counts })),
    assignments: sinon.stub<Parameters<Link['assignments']>, ReturnType<Link['assignments']>>().resolves([]),
    position: sinon.stub<Parameters<Link['position']>, void>(),
  } satisfies StubbedLink

  return {
    link,
    /** In the order of the calls; each waits until it is accepted or refused. */
    published,
    /** Resolves when the handler has succeeded, that is, when the event would be acknowledged. */
    hand: async (event: HandedEvent): Promise<void> => handlers.get(event.event)?.(event),
    tell: (status: LinkStatus) => statuses.tell(status),
    tellPosition: (position: DriverPosition) => positions.tell(position),
    fail(event: FailedEvent) {
      failed.push(event)
      statuses.tell({ kind: 'failed', failed: event })
    },
  }
}

/** A log that keeps its lines. */
export const createStubLog = (level: 'debug' | 'info' = 'debug') => {
  const lines: string[] = []
  const at = (name: string) => (text: unknown) => void lines.push(`${name} ${String(text)}`)
  const log = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    isLevelEnabled: (wanted: string) => wanted !== 'debug' || level === 'debug',
  }
  return { log, lines }
}
