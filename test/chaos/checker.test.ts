/** The checker on histories written by hand: one story in which all is well, and for every invariant the smallest change that breaks it. */
import { expect } from 'chai'
import { check, type Verdict } from './checker/check.ts'
import { BAD_COLUMNS, type BadColumn } from './checker/findings.ts'
import { poisonOf } from './orders.ts'
import type { AuditLine, Handed, Happened, ParticipantLine, Plan, RunLine } from './records.ts'

const TILL = 'vendor/s/main'
const DRIVER = 'driver/d'
const OTHER = 'driver/x'
const LIMIT = 3

interface Story {
  run: RunLine[]
  lives: Record<string, ParticipantLine[][]>
  audit: AuditLine[]
}

const pickup: Handed = ['p1', 1, 0, 'id-p', 'pickup', 's', 'o', 'sum', 'details-p', null]
const inTransit: Handed = ['e1', 1, 0, 'id-t', 'in-transit', 's', 'o', 'sum', 'details-t', 'd']
const delivered: Handed = ['e2', 1, 0, 'id-d', 'delivered', 's', 'o', 'sum', 'details-d', 'd']

const again = (handed: Handed, change: Partial<Record<number, unknown>>): Handed =>
  handed.map((value, index) => (index in change ? change[index] : value)) as unknown as Handed

/** Handed over, handled, acknowledged, and all of that synced. */
const dealtWith = (t: number, c: number, handed: Handed): ParticipantLine[] => [
  [t, 'handed', c, [handed]],
  [t + 1, 'handled', handed[0]],
  [t + 2, 'acknowledged', c, [handed[0]]],
  [t + 3, 'asked', c, t],
  [t + 4, 'answered', c, t],
]

const tillLife = (): ParticipantLine[] => [
  [1, 'started', TILL, 's', true],
  [2, 'welcome', 1, TILL, 2],
  [3, 'sent', 1, 'pickup', 's', 'o', 'sum', 'details-p'],
  [4, 'confirmed', 1, 'id-p', 0],
  ...dealtWith(20, 1, inTransit),
  ...dealtWith(30, 1, delivered),
]

const driverLife = (): ParticipantLine[] => [
  [1, 'started', DRIVER, null, true],
  [2, 'welcome', 1, DRIVER, 10],
  ...dealtWith(10, 1, pickup),
  [15, 'sent', 1, 'in-transit', 's', 'o', '', 'details-t'],
  [16, 'confirmed', 1, 'id-t', 0],
  [17, 'sent', 2, 'delivered', 's', 'o', '', 'details-d'],
  [18, 'confirmed', 2, 'id-d', 0],
]

const history = (): Happened[] => [
  ['pickup', TILL, null],
  ['leased', DRIVER, null],
  ['assigned', DRIVER, null],
  ['in-transit', DRIVER, null],
  ['delivered', DRIVER, null],
  ['acknowledged', TILL, 'in-transit'],
  ['acknowledged', TILL, 'delivered'],
]

const tracked = (items: Happened[], state: string | null = 'delivered', order = 'o'): AuditLine => [
  99,
  'tracked',
  's',
  order,
  state,
  'd',
  items,
]

const PLAN: Plan = {
  ...{ orders: 1, kills: 0, pauses: 0, seed: 1, cluster: null, poison: false },
  ...{ deliveryLimit: LIMIT, ackTimeoutMs: 30_000 },
}

const story = (): Story => ({
  run: [
    [0, 'plan', PLAN],
    [50, 'faults-over'],
    [60, 'drained', 10],
  ],
  lives: { [TILL]: [tillLife()], [DRIVER]: [driverLife()] },
  audit: [tracked(history())],
})

const verdictOn = ({ run, lives, audit }: Story): Verdict =>
  check({ run, participants: new Map(Object.entries(lives)), audit }, { hubs: ['hub'], poisonOf })

/** A story in which a participant's only life is another one. */
const withLife = (name: string, life: ParticipantLine[]): Story => {
  const changed = story()
  changed.lives[name] = [life]
  return changed
}

const withHistory = (change: (items: Happened[]) => Happened[], state?: string): Story => ({
  ...story(),
  audit: [tracked(change(history()), state)],
})

const without = (lines: ParticipantLine[], isOut: (line: ParticipantLine) => boolean): ParticipantLine[] =>
  lines.filter((line) => !isOut(line))

/** After `life`, the same participant connects again and is told that. */
const reconnected = (life: ParticipantLine[], ...more: ParticipantLine[]): ParticipantLine[] => [
  ...life,
  [40, 'ended', 1, 'transport close'],
  [41, 'welcome', 2, TILL, 2],
  ...more,
]

const otherDriver = (begunMs: number, handed: Handed, welcomedMs = begunMs): ParticipantLine[] => [
  [1, 'started', OTHER, null, true],
  [begunMs, 'connecting', 1],
  [welcomedMs, 'welcome', 1, OTHER, 10],
  [welcomedMs + 1, 'handed', 1, [handed]],
]

const expectFault = (broken: Story, column: BadColumn, invariant: string): void => {
  const verdict = verdictOn(broken)
  const found = verdict.violations.map((violation) => `${violation.column}: ${violation.invariant}`)
  expect(found).to.include(`${column}: ${invariant}`)
  expect(verdict[column]).to.be.above(0)
  expect(verdict.ok).to.equal(false)
}

describe('checker of a chaos run', () => {
  it('finds nothing in a story in which all is well, and counts what happened', () => {
    const verdict = verdictOn(story())
    expect(verdict.violations).to.deep.equal([])
    for (const column of BAD_COLUMNS) expect(verdict[column], column).to.equal(0)
    expect(verdict).to.include({ ok: true, orders: 1, confirmed: 3, handled: 3, dead: 0, drainedMs: 10 })
  })

  it('allows what at least once allows: a redelivery of what is not known to be synced, and a repeated confirmation', () => {
    const life = without(tillLife(), (line) => line[1] === 'asked' || line[1] === 'answered')
    const lived = reconnected(life, ...dealtWith(42, 2, delivered))
    expect(verdictOn(withLife(TILL, lived)).violations.map(({ invariant }) => invariant)).to.deep.equal([
      'a handler succeeds once a process life',
    ])
    const twoLives = story()
    twoLives.lives[TILL] = [
      life,
      [
        [41, 'started', TILL, 's', true],
        [42, 'welcome', 1, TILL, 2],
        [43, 'sent', 1, 'pickup', 's', 'o', 'sum', 'details-p'],
        [44, 'confirmed', 1, 'id-p', 1],
        ...dealtWith(45, 1, delivered),
      ],
    ]
    expect(verdictOn(twoLives).violations).to.deep.equal([])
  })

  describe('lost', () => {
    it('is a confirmed order that the hub does not know', () =>
      expectFault({ ...story(), audit: [tracked([], null)] }, 'lost', 'a confirmed event is kept'))

    it('is a confirmed event that is not in the order’s history', () =>
      expectFault(
        withHistory((items) => items.filter(([what]) => what !== 'in-transit')),
        'lost',
        'a confirmed event is kept',
      ))

    it('is an order that the outbox had stored, and that never reached the hub', () => {
      const broken = story()
      broken.lives[TILL]![0]!.splice(2, 0, [2.5, 'sent', 0, 'pickup', 's', 'stored', 'sum', 'x'])
      broken.audit.push(tracked([], null, 'stored'))
      expectFault(broken, 'lost', 'what the outbox has stored reaches the hub')
    })

    it('is an event that a participant concerned was never handed', () =>
      expectFault(
        withLife(TILL, tillLife().slice(0, -5)),
        'lost',
        'a confirmed event reaches every participant concerned',
      ))

    it('is an event that was acknowledged before its handler had succeeded', () =>
      expectFault(
        withLife(
          TILL,
          without(tillLife(), (line) => line[1] === 'handled' && line[2] === 'e2'),
        ),
        'lost',
        'an event is acknowledged after its handler, not before',
      ))

    it('is an acknowledgement that the ledger has forgotten', () =>
      expectFault(
        withHistory((items) => items.slice(0, -1)),
        'lost',
        'an acknowledgement is in the ledger in the end',
      ))

    it('is an order of a till that is refused for good', () =>
      expectFault(
        withLife(TILL, [...tillLife(), [40, 'refused', 'pickup', 's', 'o', 'identity-conflict']]),
        'lost',
        'an acceptable event is not refused for good',
      ))

    it('is what a session had when it expired', () =>
      expectFault({ ...story(), run: [...story().run, [70, 'expired', 2]] }, 'lost', 'no session expires'))
  })

  describe('undelivered', () => {
    it('is whatever is still owed 30 s after the last fault', () => {
      const broken = story()
      broken.run[2] = [60, 'not-drained', 'the hub owes 3 entries']
      expectFault(broken, 'undelivered', 'within 30 s of the last fault nothing is owed any more')
    })

    it('is an order that is not delivered in the end', () =>
      expectFault(
        withHistory((items) => items, 'in-transit'),
        'undelivered',
        'every order is delivered in the end',
      ))

    it('is an order that was sent, and of which the hub knows nothing', () => {
      const broken = story()
      broken.lives[TILL]![0]!.push([40, 'sent', 2, 'pickup', 's', 'unheard', 'sum', 'x'])
      broken.audit.push(tracked([], null, 'unheard'))
      expectFault(broken, 'undelivered', 'what is sent reaches the hub')
    })

    it('is an order that nobody asked the hub for', () =>
      expectFault({ ...story(), audit: [] }, 'undelivered', 'every order is accounted for in the end'))
  })

  describe('duplicated', () => {
    it('is an identity with two ids', () =>
      expectFault(
        withLife(TILL, [...tillLife().slice(0, -5), ...dealtWith(30, 1, again(delivered, { 3: 'id-z' }))]),
        'duplicated',
        'one identity is one event: it has one id',
      ))

    it('is an identity that was accepted as new twice', () => {
      const life = tillLife()
      life.splice(
        4,
        0,
        [5, 'sent', 2, 'pickup', 's', 'o', 'sum', 'details-p'],
        [6, 'confirmed', 2, 'id-p', 0],
      )
      expectFault(withLife(TILL, life), 'duplicated', 'one identity is one event: it is accepted as new once')
    })

    it('is an event that is twice in a history', () =>
      expectFault(
        withHistory((items) => [...items, ['delivered', DRIVER, null]]),
        'duplicated',
        'one identity is one event',
      ))

    it('is a second entry of an event in a queue', () =>
      expectFault(
        withLife(TILL, reconnected(tillLife(), ...dealtWith(42, 2, again(delivered, { 0: 'e3' })))),
        'duplicated',
        'an event is one entry of a queue',
      ))

    it('is a handover of what was acknowledged for good', () =>
      expectFault(
        withLife(TILL, reconnected(tillLife(), [42, 'handed', 2, [delivered]])),
        'duplicated',
        'an acknowledgement that is synced is never followed by another handover',
      ))

    it('is a second success of a handler in one life', () =>
      expectFault(
        withLife(TILL, [...tillLife(), [40, 'handled', 'e2']]),
        'duplicated',
        'a handler succeeds once a process life',
      ))

    it('is a second acknowledgement in the ledger', () =>
      expectFault(
        withHistory((items) => [...items, ['acknowledged', TILL, 'delivered']]),
        'duplicated',
        'an entry is acknowledged once',
      ))
  })

  describe('reordered', () => {
    it('is a later event of an order while the one before is not acknowledged', () =>
      expectFault(
        withLife(
          TILL,
          without(tillLife(), (line) => line[1] === 'acknowledged' && line[3].includes('e1')),
        ),
        'reordered',
        'one entry of an order at a time',
      ))

    it('is a later event of an order without the one before', () =>
      expectFault(
        withLife(TILL, [...tillLife().slice(0, 4), ...dealtWith(20, 1, delivered)]),
        'reordered',
        'one entry of an order at a time',
      ))

    it('is a redelivery of an earlier event after a later one', () => {
      const life = without(tillLife(), (line) => line[1] === 'asked')
      expectFault(
        withLife(TILL, reconnected(life, [42, 'handed', 2, [inTransit]])),
        'reordered',
        'entries of an order come in lifecycle order',
      )
    })

    it('is a history in which they were acknowledged the other way round', () =>
      expectFault(
        withHistory((items) => [...items.slice(0, 5), items[6]!, items[5]!]),
        'reordered',
        'one entry of an order at a time',
      ))
  })

  describe('misrouted', () => {
    const routed = 'an event reaches whom it concerns and nobody else'

    it('is an event of another store', () =>
      expectFault(
        withLife(TILL, [...tillLife(), [40, 'handed', 1, [again(inTransit, { 0: 'e9', 5: 'other' })]]]),
        'misrouted',
        routed,
      ))

    it('is a pickup at a till, a report at a driver, and anything at one that does not listen', () => {
      expectFault(withLife(TILL, [...tillLife(), [40, 'handed', 1, [pickup]]]), 'misrouted', routed)
      expectFault(withLife(DRIVER, [...driverLife(), [40, 'handed', 1, [inTransit]]]), 'misrouted', routed)
      const [, ...rest] = tillLife()
      expectFault(withLife(TILL, [[1, 'started', TILL, 's', false], ...rest]), 'misrouted', routed)
    })

    it('is what nobody sent', () => {
      const invented = again(inTransit, { 0: 'e9', 3: 'id-9', 6: 'invented' })
      expectFault(
        withLife(TILL, [...tillLife(), [40, 'handed', 1, [invented]]]),
        'misrouted',
        'nothing appears that nobody sent',
      )
      expectFault(
        { ...story(), audit: [...story().audit, tracked(history(), 'delivered', 'invented')] },
        'misrouted',
        'nothing appears that nobody sent',
      )
    })

    it('is what came before it was sent', () =>
      expectFault(
        withLife(DRIVER, [
          ...driverLife().slice(0, 7),
          [35, 'sent', 1, 'in-transit', 's', 'o', '', 'details-t'],
          ...driverLife().slice(8),
        ]),
        'misrouted',
        'nothing appears that nobody sent',
      ))

    it('is an event with other content than was sent, in the order or in its details', () => {
      for (const field of [7, 8])
        expectFault(
          withLife(TILL, [
            ...tillLife().slice(0, -5),
            ...dealtWith(30, 1, again(delivered, { [field]: 'other' })),
          ]),
          'misrouted',
          'an event is handed over as it was sent',
        )
    })

    it('is the position of a driver that has nothing of the store', () =>
      expectFault(
        withLife(TILL, [...tillLife(), [40, 'position', 'x']]),
        'misrouted',
        "a store hears its own drivers' positions alone",
      ))

    it('allows the position of a driver that was leased something of the store, whether or not it lived to see it', () => {
      const lived = withHistory(([first, ...rest]) => [
        first!,
        ['leased', OTHER, null],
        ['driver-away', OTHER, 'pickup'],
        ...rest,
      ])
      lived.lives[TILL] = [[...tillLife(), [40, 'position', 'd'], [40, 'position', 'x']]]
      expect(verdictOn(lived).violations).to.deep.equal([])
    })
  })

  describe('doubleClaimed', () => {
    const oneHolder = 'a pickup has one holder at a time'
    const lease = again(pickup, { 0: 'p2' })
    const leasedToOtherBefore = (): AuditLine[] => {
      const [first, ...rest] = history()
      return [tracked([first!, ['leased', OTHER, null], ['driver-away', OTHER, 'pickup'], ...rest])]
    }

    it('is a pickup handed over, on a connection begun later, while another driver has taken it', () =>
      expectFault(withLife(OTHER, otherDriver(20, lease)), 'doubleClaimed', oneHolder))

    it('is a lease that a driver has seen and the ledger has not', () =>
      expectFault(
        withLife(OTHER, otherDriver(3, lease)),
        'doubleClaimed',
        'a lease is in the ledger before the pickup leaves',
      ))

    it('allows another driver after a release, and an older lease that came late', () => {
      const late = withLife(OTHER, otherDriver(3, lease))
      late.audit = leasedToOtherBefore()
      expect(verdictOn(late).violations).to.deep.equal([])
      late.lives[OTHER] = [otherDriver(20, lease)]
      late.lives[DRIVER]![0]!.splice(7, 0, [14.5, 'released', 's', 'o'])
      expect(verdictOn(late).violations).to.deep.equal([])
    })

    it('allows what a stopped driver reads late, welcome and all, on a connection begun before', () => {
      const late = withLife(OTHER, otherDriver(3, lease, 20))
      late.audit = leasedToOtherBefore()
      expect(verdictOn(late).violations).to.deep.equal([])
    })

    it('allows another driver after a release that began before the acknowledgement was known to be synced', () => {
      const released = withLife(OTHER, otherDriver(20, lease))
      released.audit = leasedToOtherBefore()
      released.lives[DRIVER]![0]!.splice(5, 0, [12.5, 'released', 's', 'o'])
      expect(verdictOn(released).violations).to.deep.equal([])
    })

    it('is a report that was accepted from two drivers', () => {
      const broken = withLife(OTHER, [
        ...otherDriver(3, lease),
        [25, 'sent', 1, 'in-transit', 's', 'o', '', 'details-t'],
        [26, 'confirmed', 1, 'id-t', 1],
      ])
      expectFault(broken, 'doubleClaimed', 'one driver has in-transit and delivered accepted')
    })

    for (const [what, items] of [
      ['a lease while another driver has one', [['leased', OTHER, null]]],
      ['an assignment to another driver', [['assigned', OTHER, null]]],
      ['a report of a driver that does not hold it', [['in-transit', OTHER, null]]],
      ['a return by a driver that does not hold it', [['released', OTHER, 'pickup']]],
    ] as [string, Happened[]][])
      it(`is ${what}, in the history`, () =>
        expectFault(
          withHistory(([first, leased, ...rest]) => [first!, leased!, ...items, ...rest]),
          'doubleClaimed',
          oneHolder,
        ))

    it('allows a late report of a driver that was offered it before, while nobody has it', () =>
      expect(
        verdictOn(
          withHistory((items) => [
            ...items.slice(0, 2),
            ['driver-away', DRIVER, 'pickup'],
            ...items.slice(3),
          ]),
        ).violations,
      ).to.deep.equal([]))
  })

  describe('overfull', () => {
    it('is one more in flight than the window', () => {
      const three = [1, 2, 3].map((n) => again(inTransit, { 0: `f${n}`, 3: `id-${n}`, 6: `o-${n}` }))
      const life: ParticipantLine[] = [...tillLife(), [40, 'handed', 1, three]]
      expectFault(withLife(TILL, life), 'overfull', 'never more in flight than the window')
      const two = verdictOn(withLife(TILL, [...tillLife(), [40, 'handed', 1, three.slice(1)]]))
      expect(two.overfull).to.equal(0)
    })
  })

  describe('miscounted', () => {
    const survives = 'delivery counts survive restarts'
    const counted = 'only rejections and timeouts count as attempts'
    /** Rejected once, and that is synced. */
    const rejected = (handed: Handed): ParticipantLine[] => [
      [19, 'handed', 1, [handed]],
      [19.1, 'failed', handed[0]],
      [19.2, 'rejected', 1, [handed[0]]],
      [19.3, 'asked', 1, 500],
      [19.4, 'answered', 1, 500],
    ]
    const tillWith = (...more: ParticipantLine[]): Story =>
      withLife(TILL, [...tillLife().slice(0, 4), ...more, ...tillLife().slice(9)])

    it('allows a second attempt after a rejection', () =>
      expect(
        verdictOn(tillWith(...rejected(inTransit), ...dealtWith(20, 1, again(inTransit, { 1: 2 }))))
          .violations,
      ).to.deep.equal([]))

    it('is a count that was forgotten', () =>
      expectFault(tillWith(...rejected(inTransit), ...dealtWith(20, 1, inTransit)), 'miscounted', survives))

    it('is a count that went back', () =>
      expectFault(
        withLife(DRIVER, [
          ...driverLife().slice(0, 2),
          ...rejected(pickup).slice(0, 3),
          [20, 'handed', 1, [again(pickup, { 1: 2 })]],
          [21, 'handed', 1, [pickup]],
        ]),
        'miscounted',
        survives,
      ))

    it('is a lost connection that counted as an attempt', () => {
      expectFault(tillWith(...dealtWith(20, 1, again(inTransit, { 1: 2 }))), 'miscounted', counted)
      expectFault(
        withLife(DRIVER, [
          ...driverLife().slice(0, 2),
          ...dealtWith(10, 1, again(pickup, { 1: 2 })),
          ...driverLife().slice(7),
        ]),
        'miscounted',
        counted,
      )
    })

    it('is a handover beyond the limit', () =>
      expectFault(
        tillWith(...dealtWith(20, 1, again(inTransit, { 1: LIMIT + 1 }))),
        'miscounted',
        'nothing is handed over beyond the delivery limit',
      ))

    it('is a dead letter of something that is no poison', () =>
      expectFault(
        withHistory((items) => [...items.slice(0, 5), ['dead-letter', TILL, 'in-transit'], items[6]!]),
        'miscounted',
        'what is poison becomes a dead letter once, and nothing else does',
      ))

    describe('with poison', () => {
      const failure: Happened = ['rejected', TILL, 'in-transit']
      const letter: Happened = ['dead-letter', TILL, 'in-transit']
      const renamed = (lives: ParticipantLine[][]): ParticipantLine[][] =>
        JSON.parse(JSON.stringify(lives).replaceAll('"o"', '"o~in-transit"'))

      /** The order whose report fails as often as the limit allows; then that happened to it. */
      const poisoned = (...items: Happened[]): Story => {
        const changed = story()
        const failing = Array.from({ length: LIMIT }, (_, index): ParticipantLine[] => [
          [20 + index, 'handed', 1, [again(inTransit, { 1: index + 1 })]],
          [20.5 + index, 'rejected', 1, ['e1']],
        ])
        const till = [...tillLife().slice(0, 4), ...failing.flat(), ...tillLife().slice(9)]
        changed.lives = { [TILL]: renamed([till]), [DRIVER]: renamed([driverLife()]) }
        const rest = history()
        changed.audit = [tracked([...rest.slice(0, 5), ...items, rest[6]!], 'delivered', 'o~in-transit')]
        return changed
      }

      it('allows a dead letter at the limit, and what comes behind it in the order', () => {
        const verdict = verdictOn(poisoned(failure, failure, failure, letter))
        expect(verdict.violations).to.deep.equal([])
        expect(verdict.dead).to.equal(1)
      })

      for (const [what, items] of [
        ['no dead letter', [failure, failure, failure]],
        ['two dead letters', [failure, failure, failure, letter, letter]],
      ] as [string, Happened[]][])
        it(`is ${what} of what is poison`, () =>
          expectFault(
            poisoned(...items),
            'miscounted',
            'what is poison becomes a dead letter once, and nothing else does',
          ))

      for (const times of [LIMIT - 1, LIMIT + 1])
        it(`is a dead letter after ${times} failures where the limit is ${LIMIT}`, () =>
          expectFault(
            poisoned(...Array<Happened>(times).fill(failure), letter),
            'miscounted',
            'a dead letter has failed as often as the limit says',
          ))
    })
  })

  describe('broken', () => {
    it('is a process that ended by itself, and a participant in trouble', () => {
      expectFault(
        { ...story(), run: [...story().run, [70, 'trouble', 'the hub has ended by itself (1)']] },
        'broken',
        'a process ends only when it is killed',
      )
      expectFault(
        withLife(TILL, [...tillLife(), [40, 'trouble', 'displaced']]),
        'broken',
        'a participant goes on whatever is done to it',
      )
    })
  })

  it('measures how long the hub was away, from its start and from its kill, to the first handover of its own', () => {
    const killed = story()
    killed.run.splice(1, 0, [0.5, 'spawned', 'hub'], [35, 'killed', 'hub'], [37, 'spawned', 'hub'])
    const life = without(tillLife(), (line) => line[1] === 'asked')
    killed.lives[TILL] = [
      [...life, [40, 'handed', 1, [delivered]]],
      [[42, 'started', TILL, 's', true], [43, 'welcome', 1, TILL, 2], ...dealtWith(47, 1, delivered)],
    ]
    const { recoveryP99Ms, recoveryFromKillP99Ms, recoveries, kills } = verdictOn(killed)
    expect({ recoveryP99Ms, recoveryFromKillP99Ms, recoveries, kills }).to.deep.equal({
      recoveryP99Ms: 10,
      recoveryFromKillP99Ms: 12,
      recoveries: 1,
      kills: 1,
    })
  })

  it('reads no history of a run without a plan', () => {
    expect(() => verdictOn({ ...story(), run: [] })).to.throw('no plan')
  })

  it('tells how long nothing was confirmed when the database was hit, and what was done to hubs', () => {
    const hit: Story = {
      ...story(),
      run: [
        [0, 'plan', PLAN],
        [1, 'database-hit', 'fail-over'],
        [2, 'hub-cut', 'hub', 'database', 'deaf', 1],
        [3, 'gave-up', 'hub', '1'],
        [3, 'database-back', 'fail-over'],
        [50, 'faults-over'],
        [60, 'drained', 10],
      ],
    }
    const first = Math.min(
      ...Object.values(hit.lives).flatMap(([life]) =>
        life!.flatMap((line) => (line[1] === 'confirmed' && line[0] >= 3 ? [line[0]] : [])),
      ),
    )
    expect(verdictOn(hit)).to.include({
      ...{ outageP99Ms: first - 1, failOvers: 1, databaseRestarts: 0, hubCuts: 1, gaveUp: 1, ok: true },
    })
    expect(verdictOn(story()).outageP99Ms).to.equal(null)
  })
})
