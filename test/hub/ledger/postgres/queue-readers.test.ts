/** Readers of queues at three hubs that all add to all of them, while participants go from one to another. */
import { expect } from 'chai'
import { QueueReader } from '../../../../hub/delivery/queue-reader.ts'
import { newParticipant } from '../../../../hub/domain/participant.ts'
import { FLEET, type ParticipantId, vendorId } from '../../../../shared/ids.ts'
import { commit } from '../../../support/ledger.ts'
import { describePostgres, queryAt } from '../../../support/postgres.ts'
import { type Seeded, seeded } from '../../../support/seeded.ts'
import { entryOf } from '../ledger-contract.ts'
import { newDatabase, type OpenedTest, openAt } from './databases.ts'

const QUEUES = ['main', 'till-2', 'till-3'].map((id) => vendorId('acme', id))
const ROUNDS = 60
const MOST_AT_ONCE = 12
const MOST_ASKED = 2000

/** What the hub that serves a participant finds in its queue, from the beginning, as it hands it over. */
class Reading {
  readonly positions: number[] = []
  readonly #reader: QueueReader
  readonly stop: () => void

  constructor({ ledger }: OpenedTest, participant: ParticipantId) {
    const entries: typeof ledger.reads.entries = (id, from) => ledger.reads.entries(id, from)
    const queue = { participant, after: 0, chunk: 7, most: 20, bytes: 1_000_000 }
    this.#reader = new QueueReader({ entries }, queue, () => this.#take())
    this.stop = ledger.onCommitted(({ appended }) => {
      this.#reader.appended(appended.get(participant) ?? [])
      this.#take()
    })
    this.#take()
  }

  #take(): void {
    for (let entry = this.#reader.peek(); entry !== undefined; entry = this.#reader.peek()) {
      this.positions.push(entry.position)
      this.#reader.shift()
    }
  }
}

/** As a hub does when a connection comes: what was decided before is written when the queue is read. */
const attach = async (hub: OpenedTest, participant: ParticipantId): Promise<Reading> => {
  await hub.hubs.own(participant, () => true)
  await commit(hub.ledger, { participants: [participant], decide: () => {} })
  return new Reading(hub, participant)
}

const append = ({ ledger }: OpenedTest, participant: ParticipantId, name: string): Promise<number> =>
  commit(ledger, {
    participants: [participant],
    decide: (transaction) => transaction.append(participant, entryOf(name)),
  })

const addSome = (hub: OpenedTest, random: Seeded, name: string): Promise<number>[] =>
  Array.from({ length: random.whole(0, MOST_AT_ONCE) }, (_, index) =>
    append(hub, random.oneOf([...QUEUES, FLEET]), `${name}-${index}`),
  )

describePostgres('readers of queues to which three hubs add', () => {
  for (const seed of [1, 2, 3])
    it(`[PQ22][PQ5] find every entry once, in queue order, whenever they begin (seed ${seed})`, async () => {
      const url = await newDatabase()
      const hubs = [await openAt(url), await openAt(url), await openAt(url)]
      const random = seeded(seed)
      for (const id of [...QUEUES, FLEET])
        await commit(hubs[0]!.ledger, {
          participants: [id],
          stores: ['acme'],
          decide: (transaction) => transaction.putParticipant(newParticipant(id, 0)),
        })
      for (const { hubs: peers } of hubs) await peers.beat()
      const readings = new Map<ParticipantId, Reading>()
      for (const id of QUEUES) readings.set(id, await attach(random.oneOf(hubs), id))
      const added: Promise<number>[] = []
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const hub of hubs) added.push(...addSome(hub, random, `${seed}-${round}`))
        const isMoving = random.whole(0, 3) === 0
        if (!isMoving) {
          await Promise.race(added.slice(-1))
          continue
        }
        const id = random.oneOf(QUEUES)
        readings.get(id)!.stop()
        readings.set(id, await attach(random.oneOf(hubs), id))
      }
      await Promise.all(added)
      for (const [id, reading] of readings) {
        const rows = await queryAt(
          url,
          `SELECT position::int FROM caps.entries WHERE participant = '${id}' ORDER BY position`,
        )
        // The bell is on its way; who has missed one waits in vain.
        for (let asked = 0; asked < MOST_ASKED && reading.positions.length < rows.length; asked += 1)
          await queryAt(url, 'SELECT 1')
        expect(reading.positions).to.deep.equal(rows.map(({ position }) => position))
      }
    })
})
