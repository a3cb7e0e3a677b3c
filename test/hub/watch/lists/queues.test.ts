import { expect } from 'chai'
import { closeQueue } from '../../../../hub/domain/participant.ts'
import { beginningsOf } from '../../../../hub/watch/lists/queues.ts'
import type { QueuesAsked } from '../../../../hub/watch/ports.ts'
import { driverId, FLEET, type ParticipantId, vendorId } from '../../../../shared/ids.ts'
import type { List, QueueRow } from '../../../../shared/watch.ts'
import { ListsWorld, NOW } from './lists-world.ts'

const till = (id: string): ParticipantId => vendorId('acme', id)
const CONNECTED = { connected: true, connectedMs: NOW - 5 }

const named = (count: number, prefix = 'till'): ParticipantId[] =>
  Array.from({ length: count }, (_, index) => till(`${prefix}-${String(index).padStart(4, '0')}`))
const orders = (count: number): string[] => Array.from({ length: count }, (_, index) => `order-${index}`)
const namesIn = ({ rows }: Pick<List<QueueRow>, 'rows'>): string[] =>
  rows.map(({ participant }) => participant.replace('vendor/acme/', ''))

describe('lists of queues', () => {
  let world: ListsWorld

  beforeEach(async () => {
    world = await ListsWorld.begin()
  })

  const listed = (asked: Partial<QueuesAsked> = {}) =>
    world.ask(({ queues }) => queues({ after: null, ...asked }))

  const pagesOf = async (asked: Partial<QueuesAsked> = {}): Promise<List<QueueRow>[]> => {
    const pages: List<QueueRow>[] = []
    let after: string | null = null
    do {
      const page: List<QueueRow> = await listed({ ...asked, after })
      pages.push(page)
      after = page.next
    } while (after !== null)
    return pages
  }
  const allOf = async (asked: Partial<QueuesAsked> = {}) => (await pagesOf(asked)).flatMap(namesIn)

  /** Participants that are connected and owed so many events, or dead letters. */
  const enter = async (id: ParticipantId, queued = 0, dead = 0): Promise<void> => {
    await world.enter(id)
    await world.owe(id, orders(queued))
    await world.owe(id, orders(dead), 'dead')
    world.live.set(id, CONNECTED)
  }

  it('[LS5] have who is in trouble first, then who is owed most, then all others by name', async () => {
    await enter(till('calm'))
    await enter(till('busy'), 3)
    await enter(till('busier'), 5)
    await enter(till('buried'), 0, 1)
    await enter(till('away'), 2)
    await enter(till('also-calm'))
    world.live.delete(till('away'))
    expect(await allOf()).to.deep.equal(['away', 'buried', 'busier', 'busy', 'also-calm', 'calm'])
  })

  it('[LS5] have those first that are paused, or away with orders, although they are owed nothing', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await enter(till(id))
    await enter(driverId('bob'))
    world.live.set(till('c'), { ...CONNECTED, pausedMs: NOW })
    world.live.set(driverId('bob'), { connected: false, carrying: 2 })
    expect(await allOf()).to.deep.equal(['driver/bob', 'c', 'a', 'b', 'd'])
  })

  it('[LS5] have everybody once, fifty a page, those that are owed something and those that are not', async () => {
    const owed = named(70, 'owed')
    const calm = named(70, 'calm')
    for (const id of calm) await enter(id)
    for (const [index, id] of owed.entries()) await enter(id, (index % 3) + 1)
    const pages = await pagesOf()
    expect(pages.map(({ rows }) => rows.length)).to.deep.equal([50, 50, 40])
    const expected = [...owed, ...calm].map((id) => id.replace('vendor/acme/', ''))
    expect(pages.flatMap(namesIn)).to.have.members(expected).and.to.have.length(140)
    expect(pages.flatMap(namesIn).slice(70)).to.deep.equal(expected.slice(70))
  })

  it('[LS5] end with a page that is full, if there is nobody else', async () => {
    for (const id of named(25, 'calm')) await enter(id)
    for (const id of named(25, 'owed')) await enter(id, 1)
    expect((await pagesOf()).map(({ rows }) => rows.length)).to.deep.equal([50])
    await enter(till('one-more'))
    expect((await pagesOf()).map(({ rows }) => rows.length)).to.deep.equal([50, 1])
  })

  it('[LS5] begin anew behind what is no end of a page', async () => {
    await enter(till('a'), 1)
    for (const after of ['', 'rank', 'rank:x:y', 'nonsense', 'rank:1'])
      expect(namesIn(await listed({ after }))).to.deep.equal(['a'])
  })

  it('[LS5] have everybody once who is owed something from some moment on while they are read', async () => {
    const ids = named(20)
    for (const id of ids) await enter(id)
    await listed()
    for (const id of ids) {
      const [list] = await Promise.all([listed(), world.owe(id, orders(1))])
      expect(namesIn(list).sort()).to.deep.equal(ids.map((one) => one.replace('vendor/acme/', '')))
    }
  })

  it('[LS6] of trouble alone leave out who is not in it, and find events that are old', async () => {
    await enter(till('fresh'), 2)
    await enter(till('buried'), 0, 1)
    await enter(till('calm'))
    expect(await allOf({ onlyTrouble: true })).to.deep.equal(['buried'])
    world.clock.advance(60_001)
    expect(await allOf({ onlyTrouble: true })).to.deep.equal(['buried', 'fresh'])
    await world.owe(till('calm'), ['young'])
    expect(await allOf({ onlyTrouble: true })).to.deep.equal(['buried', 'fresh'])
  })

  it('[LS6] of trouble alone do not take long traffic for an old event', async () => {
    await enter(till('steady'))
    const [first] = await world.owe(till('steady'), ['order-1'])
    await listed()
    world.clock.advance(60_001)
    await world.owe(till('steady'), ['order-2'])
    await world.commit({
      participants: [till('steady')],
      decide: (transaction) => transaction.take('queue', till('steady'), first!),
    })
    expect(await allOf({ onlyTrouble: true })).to.deep.equal([])
  })

  it('[LS6] stop at a bound of rows when hardly any is in trouble, and go on behind it', async () => {
    await listed()
    for (const id of named(320)) await enter(id, 1)
    await enter(till('old'), 1)
    // Only the row tells that the others are younger.
    world.clock.advance(60_001)
    for (const id of named(320)) {
      const [, older] = await world.commit({
        participants: [id],
        decide: (transaction) => [id, transaction.participant(id)!.floor],
      })
      const [entry] = await world.ledger.reads.entries(id, { after: older as number, limit: 1 })
      await world.owe(id, ['young'])
      await world.commit({
        participants: [id],
        decide: (transaction) => transaction.take('queue', id, entry!.position),
      })
    }
    const pages = await pagesOf({ onlyTrouble: true })
    expect(pages.map(({ partial = false }) => partial)).to.deep.equal([true, false])
    expect(pages.flatMap(namesIn)).to.deep.equal(['old'])
  })

  it('[LS6] are searched by the beginning of a name, with or without its role', async () => {
    for (const id of [till('main'), till('main-2'), vendorId('globex', 'main'), driverId('acme'), FLEET])
      await enter(id)
    await world.owe(till('main-2'), ['order-1'])
    const found = async (search: string) =>
      (await pagesOf({ search })).flatMap(({ rows }) => rows.map((row) => row.participant))
    expect(await found('acme')).to.deep.equal([till('main-2'), driverId('acme'), till('main')])
    expect(await found('acme/main-')).to.deep.equal([till('main-2')])
    expect(await found('vendor/globex')).to.deep.equal([vendorId('globex', 'main')])
    expect(await found('driver/')).to.deep.equal([driverId('acme')])
    expect(await found('fleet')).to.deep.equal([FLEET])
    expect(await found('main')).to.deep.equal([])
    expect(await found('')).to.have.length(5)
  })

  it('[LS6] are searched where names begin so, each place once', () => {
    expect(beginningsOf('')).to.deep.equal([''])
    expect(beginningsOf('d')).to.deep.equal(['d', 'vendor/d'])
    expect(beginningsOf('acme')).to.deep.equal(['acme', 'driver/acme', 'vendor/acme'])
  })

  it('[LS6] stop at a bound of names when nearly all have a rank, and go on behind it', async () => {
    const ids = named(2100)
    await world.commit({
      participants: ids,
      stores: ['acme'],
      decide: (transaction) => {
        for (const id of ids)
          transaction.putParticipant({
            id,
            isActive: true,
            awaySinceMs: null,
            floor: 0,
            queued: 1,
            retrying: 0,
            dead: 0,
            closed: null,
          })
      },
    })
    await enter(till('z-calm'))
    const behind = await listed({ after: 'name:' })
    expect(behind).to.deep.include({ rows: [], partial: true })
    expect(namesIn(await listed({ after: behind.next }))).to.deep.equal(['z-calm'])
  })

  it('[LS7] tell of each what lies in its queue, how old the oldest is, and what is known of its connection', async () => {
    await world.enter(till('main'), { awaySinceMs: NOW - 77 })
    world.live.set(till('main'), {
      ...CONNECTED,
      inFlight: 3,
      redelivered: 4,
      pausedMs: NOW - 3,
      carrying: 0,
    })
    await world.owe(till('main'), ['old'], 'retry')
    world.clock.advance(10)
    await world.owe(till('main'), ['young'])
    await world.owe(till('main'), ['dead'], 'dead')
    const [row] = (await listed()).rows
    expect(row).to.deep.equal({
      participant: till('main'),
      connected: true,
      sinceMs: NOW - 5,
      depth: 2,
      oldestMs: NOW,
      inFlight: 3,
      retrying: 1,
      deadLetters: 1,
      redelivered: 4,
      paused: true,
      pausedMs: NOW - 3,
      carrying: 0,
      trouble: true,
    })
    world.live.delete(till('main'))
    expect((await listed()).rows[0]).to.deep.include({ connected: false, sinceMs: NOW - 77 })
  })

  it('[LS7] tell rows that are asked for by name, and leave out who is gone', async () => {
    await enter(till('main'), 1)
    const rows = await world.ask((lists) => lists.queueRows([till('gone'), till('main')]))
    expect(namesIn({ rows })).to.deep.equal(['main'])
  })

  it('[LS7] show what lies in each place, page by page', async () => {
    await enter(till('main'), 60)
    const [retried] = await world.owe(till('main'), ['again'], 'retry')
    await world.owe(till('main'), ['dead'], 'dead')
    const shown = (place: 'queue' | 'retry' | 'dead', after: string | null = null) =>
      world.ask((lists) => lists.queue(till('main'), place, after))
    const first = await shown('queue')
    expect(first?.queue).to.deep.include({ participant: till('main'), depth: 61, deadLetters: 1 })
    expect(first?.list.rows).to.have.length(50)
    const second = await shown('queue', first!.list.next)
    expect(second?.list.rows.map(({ order }) => order)).to.deep.equal(
      orders(60)
        .slice(50)
        .map((id) => `acme/${id}`),
    )
    expect(second?.list.next).to.equal(null)
    expect((await shown('retry'))?.list.rows).to.deep.equal([
      {
        entry: retried!.toString(36),
        participant: till('main'),
        place: 'retry',
        event: 'delivered',
        order: 'acme/again',
        eventMs: NOW,
        failures: [{ time: new Date(NOW).toISOString(), reason: 'no' }],
        timeMs: NOW + 1000,
      },
    ])
    expect((await shown('dead'))?.list.rows).to.deep.include.members([])
    expect((await shown('dead'))?.list.rows[0]).to.include({ place: 'dead', order: 'acme/dead', timeMs: NOW })
    expect(await world.ask((lists) => lists.queue('vendor/acme/nobody', 'queue', null))).to.equal(null)
  })

  const close = (id: ParticipantId, reason: 'left' | 'expired'): Promise<void> =>
    world.commit({
      participants: [id],
      stores: ['acme'],
      decide: (transaction) => {
        const closing = { reason, upTo: transaction.lastPosition, nowMs: NOW + 9 }
        transaction.putParticipant(closeQueue(transaction.participant(id)!, closing))
      },
    })

  it('[LS7] tell of an expired session what lay in its queue as dead letters, of one that was left nothing', async () => {
    await enter(till('expired'), 2)
    await enter(till('left'), 2)
    await close(till('expired'), 'expired')
    await close(till('left'), 'left')
    const { rows } = await listed()
    expect(rows).to.have.length(1)
    expect(rows[0]).to.deep.include({ participant: till('expired'), depth: 0, deadLetters: 2, trouble: true })
    const shown = (place: 'queue' | 'dead') => world.ask((lists) => lists.queue(till('expired'), place, null))
    expect((await shown('queue'))?.list.rows).to.deep.equal([])
    expect((await shown('dead'))?.list.rows.map(({ place, timeMs }) => [place, timeMs])).to.deep.equal([
      ['dead', NOW + 9],
      ['dead', NOW + 9],
    ])
    expect(await world.ask((lists) => lists.queue(till('left'), 'queue', null))).to.equal(null)
  })

  it('[LS10] know who is owed something from the first time on that they are asked, and whatever changes later', async () => {
    await enter(till('before'), 2)
    await enter(till('emptied'), 1)
    expect(await allOf()).to.deep.equal(['before', 'emptied'])
    await enter(till('after'), 3)
    await world.commit({
      participants: [till('emptied')],
      stores: ['acme'],
      decide: (transaction) => transaction.removeParticipant(till('emptied')),
    })
    expect(await allOf()).to.deep.equal(['after', 'before'])
  })

  it('[LS10] do not take a row that was read for newer than a change that came meanwhile', async () => {
    for (const id of named(600)) await enter(id)
    const changing = named(600)[20]!
    let asked = 0
    const { participantsFrom } = world.ledger.reads
    world.ledger.reads.participantsFrom = async (range) => {
      const page = await participantsFrom.call(world.ledger.reads, range)
      asked += 1
      if (asked === 1) await world.owe(changing, ['order-1'])
      return page
    }
    const { rows } = await listed()
    expect(rows[0]).to.deep.include({ participant: changing, depth: 1 })
  })
})
