import { expect } from 'chai'
import { buryPickup } from '../../../../hub/domain/dispatch.ts'
import { driverId, FLEET, type ParticipantId, vendorId } from '../../../../shared/ids.ts'
import type { Action, ActionReply, EntryRow, List } from '../../../../shared/watch.ts'
import { order, waitingOrder } from '../../../support/orders.ts'
import { LETTERS_PER_STEP, ListsWorld, NOW } from './lists-world.ts'

const MAIN = vendorId('acme', 'main')
const TILL = vendorId('acme', 'till')
const orders = (count: number, prefix = 'order'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`)

describe('dead letters', () => {
  let world: ListsWorld

  beforeEach(async () => {
    world = await ListsWorld.begin()
    for (const id of [MAIN, TILL, FLEET]) await world.enter(id)
  })

  const pagesOf = async (participant?: ParticipantId): Promise<(readonly EntryRow[])[]> => {
    const pages: (readonly EntryRow[])[] = []
    let after: string | null = null
    do {
      const asked = { participant, after }
      const page: List<EntryRow> = await world.ask((lists) => lists.deadLetters(asked))
      pages.push(page.rows)
      after = page.next
    } while (after !== null)
    return pages
  }
  const lettersOf = async (participant?: ParticipantId) => (await pagesOf(participant)).flat()
  const act = (action: Action) => world.ask((lists) => lists.act(action))
  const ownerOf = ({ participant }: EntryRow): string => participant
  const countOf = async (participant?: ParticipantId): Promise<number> =>
    (await world.ask((lists) => lists.deadLetters({ participant, after: null }))).count

  it('[LS8] are listed by participants in the order of their names, oldest first, fifty a page', async () => {
    await world.owe(TILL, orders(30, 'till'), 'dead')
    await world.owe(MAIN, orders(60, 'main'), 'dead')
    await world.owe(driverId('none'), [])
    const pages = await pagesOf()
    expect(pages.map(({ length }) => length)).to.deep.equal([50, 40])
    const all = pages.flat()
    expect(all.map(({ order }) => order)).to.deep.equal(
      [...orders(60, 'main'), ...orders(30, 'till')].map((id) => `acme/${id}`),
    )
    expect(new Set(all.map(ownerOf))).to.deep.equal(new Set([MAIN, TILL]))
    expect(await countOf()).to.equal(90)
    expect(await countOf(TILL)).to.equal(30)
    expect(await countOf(vendorId('acme', 'nobody'))).to.equal(0)
    await act({ action: 'drop', participant: TILL, entries: 'all' })
    expect(await countOf()).to.equal(60)
    expect(all[0]).to.deep.include({ place: 'dead', event: 'delivered', timeMs: NOW })
    expect(all[0]!.failures).to.have.length(1)
  })

  it('[LS8] are listed of one participant, and end with a page that is full', async () => {
    await world.owe(TILL, orders(50), 'dead')
    await world.owe(MAIN, orders(3, 'main'), 'dead')
    expect((await pagesOf(TILL)).map(({ length }) => length)).to.deep.equal([50])
    expect(await lettersOf(MAIN)).to.have.length(3)
    expect(await lettersOf(vendorId('acme', 'nobody'))).to.deep.equal([])
  })

  it('[LS9] are replayed and dropped by name, and counted', async () => {
    await world.owe(MAIN, orders(4), 'dead')
    const [first, second, third] = await lettersOf(MAIN)
    const entries = [first!.entry, second!.entry]
    expect(await act({ action: 'replay', participant: MAIN, entries })).to.deep.equal({ ok: true, done: 2 })
    expect(await act({ action: 'drop', participant: MAIN, entries: [third!.entry] })).to.deep.equal({
      ok: true,
      done: 1,
    })
    expect((await lettersOf(MAIN)).map(({ order }) => order)).to.deep.equal(['acme/order-3'])
    const queue = await world.ask((lists) => lists.queue(MAIN, 'queue', null))
    expect(queue?.list.rows.map(({ order }) => order)).to.deep.equal(['acme/order-0', 'acme/order-1'])
  })

  it('[LS9] are all replayed, in steps, and no other participant’s', async () => {
    await world.owe(MAIN, orders(450), 'dead')
    await world.owe(TILL, orders(2, 'till'), 'dead')
    expect(await act({ action: 'replay', participant: MAIN, entries: 'all' })).to.deep.equal({
      ok: true,
      done: 450,
    })
    expect((await lettersOf()).map(ownerOf)).to.deep.equal([TILL, TILL])
    expect(await act({ action: 'drop', participant: MAIN, entries: 'all' })).to.deep.equal({
      ok: true,
      done: 0,
    })
  })

  it('[LS9] that come after it was asked for are left alone', async () => {
    await world.owe(MAIN, orders(200), 'dead')
    const { deadLettersOf } = world.ledger.reads
    let asked = 0
    world.ledger.reads.deadLettersOf = async (participant, from) => {
      asked += 1
      if (asked === 1) await world.owe(MAIN, ['late'], 'dead')
      return deadLettersOf.call(world.ledger.reads, participant, from)
    }
    expect(await act({ action: 'drop', participant: MAIN, entries: 'all' })).to.deep.equal({
      ok: true,
      done: 200,
    })
    expect((await lettersOf(MAIN)).map(({ order }) => order)).to.deep.equal(['acme/late'])
  })

  /** Step by step to the end; between the first two something happens. @returns how many were done in each */
  const inSteps = async (
    action: 'replay' | 'drop',
    participant: string,
    meanwhile: () => Promise<unknown>,
  ) => {
    const done: number[] = []
    for (let after: string | null | undefined = null; after !== undefined; ) {
      const reply: ActionReply = await act({ action, participant, entries: 'all', after })
      if (!reply.ok) throw new Error(reply.message)
      if (done.push(reply.done) === 1) await meanwhile()
      after = reply.next ?? undefined
    }
    return done
  }

  it('[LS15] are all replayed in bounded steps, without those that come meanwhile', async () => {
    await world.owe(MAIN, orders(LETTERS_PER_STEP + 100), 'dead')
    const comes = () => world.owe(MAIN, orders(3, 'late'), 'dead')
    expect(await inSteps('replay', MAIN, comes)).to.deep.equal([LETTERS_PER_STEP, 100])
    expect((await lettersOf(MAIN)).map(({ order }) => order)).to.deep.equal(
      orders(3, 'late').map((id) => `acme/${id}`),
    )
  })

  it('[LS15] of everybody are all dropped in bounded steps, those alone excepted that come meanwhile', async () => {
    await world.owe(MAIN, orders(LETTERS_PER_STEP - 10), 'dead')
    await world.owe(TILL, orders(210, 'till'), 'dead')
    const other = vendorId('acme', 'other')
    await world.enter(other)
    await world.owe(other, orders(2, 'other'), 'dead')
    const comes = () => world.owe(MAIN, ['late'], 'dead')
    const [first = 0, ...rest] = await inSteps('drop', 'all', comes)
    expect(first).to.be.within(LETTERS_PER_STEP, LETTERS_PER_STEP + 199)
    expect(rest).to.deep.equal([LETTERS_PER_STEP + 202 - first])
    expect((await lettersOf()).map(({ order }) => order)).to.deep.equal(['acme/late'])
  })

  it('[LS15] of everybody are replayed in one go, and none by name', async () => {
    await world.owe(MAIN, orders(3), 'dead')
    await world.owe(TILL, orders(2, 'till'), 'dead')
    const replay = { action: 'replay', participant: 'all' } as const
    expect(await act({ ...replay, entries: ['1'] })).to.include({ ok: false, code: 'bad-request' })
    expect(await act({ ...replay, entries: 'all' })).to.deep.equal({ ok: true, done: 5 })
    expect(await act({ ...replay, entries: 'all', after: 'no place' })).to.include({ code: 'bad-request' })
  })

  it('[LS9] of the fleet are pickups, which are offered again or end their order', async () => {
    for (const orderId of ['again', 'given-up']) {
      const [position] = await world.owe(FLEET, [orderId], 'dead')
      await world.put(buryPickup(waitingOrder(order(orderId), position), NOW))
    }
    const [again, givenUp] = await lettersOf(FLEET)
    await act({ action: 'replay', participant: FLEET, entries: [again!.entry] })
    await act({ action: 'drop', participant: FLEET, entries: [givenUp!.entry] })
    const queue = await world.ask((lists) => lists.queue(FLEET, 'queue', null))
    expect(queue?.list.rows.map(({ order }) => order)).to.deep.equal(['acme/again'])
    const ended = await world.ask((lists) => lists.order('acme', 'given-up'))
    expect(ended?.history.at(-1)?.what).to.equal('dropped')
  })

  it('[LS9] that are gone, of nobody, or named by what is no name are refused in words', async () => {
    await world.owe(MAIN, ['order-1'], 'dead')
    const [letter] = await lettersOf(MAIN)
    const drop = (participant: ParticipantId, ...entries: string[]) =>
      act({ action: 'drop', participant, entries })
    expect(await drop(vendorId('acme', 'nobody'), letter!.entry)).to.include({ ok: false, code: 'not-found' })
    expect(await drop(MAIN, 'not a name')).to.include({ ok: false, code: 'bad-request' })
    expect(await drop(TILL, letter!.entry)).to.include({ ok: false, code: 'not-found' })
    expect(await drop(MAIN, letter!.entry)).to.deep.equal({ ok: true, done: 1 })
    expect(await drop(MAIN, letter!.entry)).to.include({ ok: false, code: 'not-found' })
    expect(await drop(MAIN)).to.deep.equal({ ok: true, done: 0 })
  })

  it('[LS14] delivery is paused and resumed for who is known, and counted once', async () => {
    const pause = { action: 'pause', participant: MAIN } as const
    expect(await act(pause)).to.deep.equal({ ok: true, done: 1 })
    expect(await act(pause)).to.deep.equal({ ok: true, done: 0 })
    expect(world.live.get(MAIN)?.pausedMs).to.equal(NOW)
    expect(await act({ action: 'resume', participant: MAIN })).to.deep.equal({ ok: true, done: 1 })
    expect(world.live.get(MAIN)?.pausedMs).to.equal(null)
    expect(await act({ action: 'pause', participant: 'driver/nobody' })).to.include({ code: 'not-found' })
    expect(world.live.has(driverId('nobody'))).to.equal(false)
  })
})
