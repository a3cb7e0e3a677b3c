import { expect } from 'chai'
import type { Letter } from '../../hub/upkeep/letters.ts'
import type { EventName, HandedEvent } from '../../shared/protocol.ts'
import { Checker } from './checker.ts'
import type { Invariant } from './checks/check.ts'
import type { Observation } from './observations.ts'

const SETTINGS = {
  ackTimeoutMs: 1000,
  deliveryLimit: 3,
  driverGraceMs: 500,
  assignmentMs: 5000,
  sessionExpiryMs: 60_000,
}

const ORDER = { store: 'acme', orderId: 'A', customer: 'Ada', address: 'Here 1' }
const VENDOR = 'vendor/acme/main'
const DRIVER = 'driver/bob'

/** A history as it may be seen, step by step; each step takes 10 ms. */
class Story {
  readonly checker = new Checker(SETTINGS)
  #nowMs = 0

  see(...seen: Observation[]): this {
    for (const one of seen) {
      this.#nowMs += 10
      this.checker.observe(one, this.#nowMs)
    }
    return this
  }

  wait(ms: number): this {
    this.#nowMs += ms
    return this
  }

  get broken(): Invariant[] {
    return [...new Set(this.checker.violations.map(({ invariant }) => invariant))]
  }
}

const line = (participant: string, connection = `${participant}#1`) => ({ participant, connection })

const payloadOf = (event: EventName, driver = 'bob', orderId = 'A') =>
  event === 'pickup' ? { ...ORDER, orderId } : { ...ORDER, orderId, driver }

const welcome = (participant: string, connection?: string, window = 1): Observation => ({
  kind: 'welcomed',
  ...line(participant, connection),
  window,
  capacity: participant.startsWith('driver') ? 1 : null,
  receives: true,
})

const sent = (participant: string, event: EventName, orderId = 'A'): Observation => ({
  kind: 'sent',
  ...line(participant),
  event,
  payload: event === 'pickup' ? { ...ORDER, orderId } : { store: 'acme', orderId },
})

const confirmed = (participant: string, event: EventName, id = `${event} A`, orderId = 'A'): Observation => ({
  kind: 'confirmed',
  ...line(participant),
  event,
  payload: { ...ORDER, orderId },
  id,
})

const handed = (
  participant: string,
  event: EventName,
  more: Partial<HandedEvent> = {},
  connection?: string,
): Observation => ({
  kind: 'handed',
  ...line(participant, connection),
  event: {
    id: `${event} A`,
    event,
    time: '',
    payload: payloadOf(event),
    entry: `${event}-1`,
    attempt: 1,
    ...more,
  },
})

const handled = (participant: string, event: EventName, more: Partial<HandedEvent> = {}): Observation => ({
  ...(handed(participant, event, more) as Extract<Observation, { kind: 'handed' }>),
  kind: 'handled',
  life: participant,
})

const acknowledged = (participant: string, entry: string, connection?: string): Observation => ({
  kind: 'acknowledged',
  ...line(participant, connection),
  entry,
})

const rejected = (participant: string, entry: string): Observation => ({
  kind: 'rejected',
  ...line(participant),
  entry,
  reason: 'no',
})

const ended = (participant: string): Observation => ({ kind: 'ended', ...line(participant), reason: 'gone' })

const SYNC: Observation[] = [{ kind: 'sync began' }, { kind: 'sync ended' }]

/** An order on its way, its till and its driver connected. */
const begun = () =>
  new Story().see(
    welcome(VENDOR),
    welcome(DRIVER),
    sent(VENDOR, 'pickup'),
    confirmed(VENDOR, 'pickup'),
    handed(DRIVER, 'pickup'),
    handled(DRIVER, 'pickup'),
    acknowledged(DRIVER, 'pickup-1'),
    ...SYNC,
    sent(DRIVER, 'in-transit'),
    confirmed(DRIVER, 'in-transit'),
  )

const heard = (story: Story, event: EventName) =>
  story.see(handed(VENDOR, event), handled(VENDOR, event), acknowledged(VENDOR, `${event}-1`), ...SYNC)

const finished = () => {
  const story = heard(begun(), 'in-transit').see(sent(DRIVER, 'delivered'), confirmed(DRIVER, 'delivered'))
  return heard(story, 'delivered')
}

const letter = (event: EventName, failures: number, place: Letter['place'] = 'dead'): Letter => ({
  position: 1,
  id: `${event} A`,
  event,
  time: '',
  payload: payloadOf(event),
  failures: Array.from({ length: failures }, () => ({ time: '', reason: 'no' })),
  deadMs: 0,
  place,
})

describe('the checker of simulated worlds', () => {
  it('finds nothing wrong with an order that goes its way', () => {
    const story = finished()
    story.checker.checkEnding([])
    expect(story.broken).to.deep.equal([])
  })

  const cases: readonly (readonly [title: string, invariant: Invariant, story: () => Story])[] = [
    ['an event that nobody sent', 'nothing is invented', () => begun().see(handed(VENDOR, 'delivered'))],
    [
      'content that nobody sent',
      'nothing is invented',
      () =>
        begun().see(
          handed(VENDOR, 'in-transit', { payload: { ...payloadOf('in-transit'), customer: 'Eve' } }),
        ),
    ],
    [
      'a driver that did not send it',
      'nothing is invented',
      () => begun().see(handed(VENDOR, 'in-transit', { payload: payloadOf('in-transit', 'eve') })),
    ],
    [
      'a repeat with another id',
      'one identity is one event',
      () => begun().see(confirmed(VENDOR, 'pickup', 'other')),
    ],
    [
      'an id of two events',
      'one identity is one event',
      () => begun().see(sent(VENDOR, 'pickup', 'B'), confirmed(VENDOR, 'pickup', 'pickup A', 'B')),
    ],
    [
      'an event of another store',
      'to its own store',
      () => begun().see(welcome('vendor/b/main'), handed('vendor/b/main', 'in-transit')),
    ],
    ['a pickup for a till', 'to its own store', () => begun().see(handed(VENDOR, 'pickup'))],
    [
      'two entries of one order in flight',
      'one at a time',
      () =>
        begun().see(
          welcome(VENDOR, `${VENDOR}#1`, 9),
          handed(VENDOR, 'in-transit'),
          sent(DRIVER, 'delivered'),
          handed(VENDOR, 'delivered'),
        ),
    ],
    [
      'the next one before the acknowledgement is synced',
      'one at a time',
      () =>
        begun().see(
          sent(DRIVER, 'delivered'),
          handed(VENDOR, 'in-transit'),
          handled(VENDOR, 'in-transit'),
          acknowledged(VENDOR, 'in-transit-1'),
          handed(VENDOR, 'delivered'),
        ),
    ],
    [
      'an earlier event after a later one',
      'in lifecycle order',
      () => finished().see(handed(VENDOR, 'in-transit', { entry: 'z' })),
    ],
    [
      'a handover after the acknowledgement is synced',
      'acknowledged for good',
      () => heard(begun(), 'in-transit').see(handed(VENDOR, 'in-transit')),
    ],
    [
      'an acknowledgement without a handler',
      'handled before acknowledged',
      () => begun().see(handed(VENDOR, 'in-transit'), acknowledged(VENDOR, 'in-transit-1')),
    ],
    ['a handler that succeeds twice', 'handled once', () => finished().see(handled(VENDOR, 'delivered'))],
    [
      'more in flight than the window',
      'within the window',
      () =>
        begun().see(
          handed(VENDOR, 'in-transit'),
          handed(VENDOR, 'in-transit', { entry: 'other', payload: payloadOf('in-transit', 'bob', 'B') }),
        ),
    ],
    [
      'a handover to a connection that was displaced',
      'only to the newest connection',
      () => begun().see(welcome(VENDOR, 'newer'), handed(VENDOR, 'in-transit')),
    ],
    [
      'a lease of what another driver has in transit',
      'one holder',
      () => begun().see(welcome('driver/eve'), handed('driver/eve', 'pickup', { entry: 'other' })),
    ],
    [
      'a lease of what another driver has acknowledged',
      'one holder',
      () =>
        new Story().see(
          welcome(DRIVER),
          welcome('driver/eve'),
          sent(VENDOR, 'pickup'),
          handed(DRIVER, 'pickup'),
          handled(DRIVER, 'pickup'),
          acknowledged(DRIVER, 'pickup-1'),
          ...SYNC,
          { kind: 'hub gone' },
          { kind: 'hub ready' },
          welcome('driver/eve'),
          handed('driver/eve', 'pickup', { entry: 'other' }),
        ),
    ],
    [
      'two drivers with events of one order',
      'one carrier',
      () => begun().see(sent('driver/eve', 'delivered'), confirmed('driver/eve', 'delivered')),
    ],
    [
      'a lease above the capacity',
      'within capacity',
      () =>
        begun().see(
          sent(VENDOR, 'pickup', 'B'),
          handed(DRIVER, 'pickup', { id: 'pickup B', entry: 'b', payload: payloadOf('pickup', 'bob', 'B') }),
        ),
    ],
    [
      'a lost connection that counts as a failure',
      'every failure counts once',
      () =>
        begun()
          .see(handed(VENDOR, 'in-transit'), ended(VENDOR))
          .wait(5000)
          .see(welcome(VENDOR, 'newer'), handed(VENDOR, 'in-transit', { attempt: 2 }, 'newer')),
    ],
    [
      'a failure that counts twice',
      'every failure counts once',
      () =>
        begun().see(
          handed(VENDOR, 'in-transit'),
          rejected(VENDOR, 'in-transit-1'),
          ...SYNC,
          handed(VENDOR, 'in-transit', { attempt: 3 }),
        ),
    ],
    [
      'a durable failure that is forgotten',
      'every failure counts once',
      () =>
        begun().see(
          handed(VENDOR, 'in-transit'),
          rejected(VENDOR, 'in-transit-1'),
          ...SYNC,
          handed(VENDOR, 'in-transit'),
        ),
    ],
    [
      'a handover beyond the limit',
      'dead at the limit',
      () => begun().see(handed(VENDOR, 'in-transit', { attempt: 4 })),
    ],
  ]
  for (const [title, invariant, story] of cases)
    it(`sees ${title}`, () => {
      expect(story().broken).to.include(invariant)
    })

  describe('at the end', () => {
    const ending = (story: Story, letters: readonly Letter[], participant = VENDOR) => {
      story.checker.checkEnding([{ participant, letters }])
      return story.broken
    }

    it('misses an order that was never delivered', () => {
      expect(ending(heard(begun(), 'in-transit'), [])).to.deep.equal(['confirmed is kept'])
    })

    it('misses an event that a till never acknowledged', () => {
      const story = finished().see(welcome('vendor/acme/other'))
      expect(ending(story, [])).to.deep.equal([])
      const known = new Story().see(
        welcome(VENDOR),
        welcome(DRIVER),
        sent(VENDOR, 'pickup'),
        sent(DRIVER, 'delivered'),
      )
      expect(ending(known.see(confirmed(DRIVER, 'delivered')), [])).to.deep.equal(['confirmed is kept'])
    })

    it('takes an acknowledgement of a displaced connection for none', () => {
      const story = begun().see(
        handed(VENDOR, 'in-transit'),
        handled(VENDOR, 'in-transit'),
        { kind: 'displaced', ...line(VENDOR) },
        acknowledged(VENDOR, 'in-transit-1'),
        sent(DRIVER, 'delivered'),
        confirmed(DRIVER, 'delivered'),
      )
      expect(ending(story, [letter('delivered', 3)])).to.deep.equal(['confirmed is kept'])
    })

    it('takes a dead letter for what was not acknowledged', () => {
      const story = begun().see(sent(DRIVER, 'delivered'), confirmed(DRIVER, 'delivered'))
      expect(ending(story, [letter('in-transit', 3), letter('delivered', 3)])).to.deep.equal([])
    })

    it('sees a dead letter too early, too late and twice', () => {
      expect(ending(finished(), [letter('delivered', 2)])).to.deep.equal(['dead at the limit'])
      expect(ending(finished(), [letter('delivered', 3), letter('delivered', 3)])).to.deep.equal([
        'dead at the limit',
      ])
    })

    it('sees a session that expired too early, and none that expired in time', () => {
      expect(ending(finished(), [letter('delivered', 0, 'queue')])).to.deep.equal(['expires in time'])
      const away = finished().see(ended(VENDOR)).wait(60_000).see(welcome(VENDOR, 'newer'))
      expect(ending(away, [letter('delivered', 0, 'queue')])).to.deep.equal([])
    })
  })
})
