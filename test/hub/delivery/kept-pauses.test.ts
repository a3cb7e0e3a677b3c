import { expect } from 'chai'
import { KeptPauses } from '../../../hub/delivery/kept-pauses.ts'
import { Pauses } from '../../../hub/delivery/pauses.ts'
import { newParticipant } from '../../../hub/domain/participant.ts'
import { noteLedger } from '../../../hub/ledger-ports.ts'
import { driverId, type ParticipantId, vendorId } from '../../../shared/ids.ts'
import { commitNow, openTestLedger, type TestLedger, turning } from '../../support/ledger.ts'

const MAIN = vendorId('acme', 'main')
const BOB = driverId('bob')

describe('pauses that the ledger keeps', () => {
  let world: TestLedger
  let pauses: Pauses
  let kept: KeptPauses

  const begin = (): void => {
    pauses = new Pauses()
    const delivery = {
      pauses,
      pause: (id: ParticipantId, sinceMs: number) => pauses.add(id, sinceMs),
      resume: (id: ParticipantId) => pauses.delete(id),
    }
    kept = new KeptPauses({ ledger: noteLedger(world.ledger), delivery, now: () => world.clock.now() })
    world.ledger.onCommitted(({ participantChanges }) => kept.committed(participantChanges))
  }

  /** Another life of the hub, on what the one before has made durable. */
  const beginAgain = async (): Promise<void> => {
    begin()
    await turning(world.clock, kept.load())
  }

  const enter = (...ids: ParticipantId[]): Promise<void> =>
    commitNow(world, {
      participants: ids,
      stores: ['acme'],
      decide: (transaction) => {
        for (const id of ids) transaction.putParticipant(newParticipant(id, 0))
      },
    })
  const remove = (id: ParticipantId): Promise<void> =>
    commitNow(world, {
      participants: [id],
      stores: ['acme'],
      decide: (transaction) => transaction.removeParticipant(id),
    })
  const pause = (id: ParticipantId) => turning(world.clock, kept.pause(id))
  const resume = (id: ParticipantId) => turning(world.clock, kept.resume(id))
  const notes = async () => (await world.ledger.reads.notes('pause', '', 9)).map(({ name }) => name)

  beforeEach(async () => {
    world = await openTestLedger()
    begin()
    await enter(MAIN, BOB)
  })

  afterEach(() => turning(world.clock, world.ledger.close()))

  it('[WA17] hold at once, and are answered when they are durable', async () => {
    const pausing = kept.pause(MAIN)
    expect(pauses.has(MAIN)).to.equal(true)
    expect(await turning(world.clock, pausing)).to.equal(true)
    expect(await notes()).to.deep.equal([MAIN])
    expect(await pause(MAIN)).to.equal(false)
  })

  it('[WA17] are there in the next life of the hub, since when they began; those that ended are not', async () => {
    const sinceMs = world.clock.now()
    await pause(MAIN)
    await pause(BOB)
    world.clock.advance(1000)
    await resume(BOB)
    await beginAgain()
    expect([...pauses]).to.deep.equal([[MAIN, sinceMs]])
  })

  it('[WA17] end when their participant leaves', async () => {
    await pause(MAIN)
    await pause(BOB)
    await remove(BOB)
    await world.clock.settle()
    expect([...pauses].map(([id]) => id)).to.deep.equal([MAIN])
    expect(await notes()).to.deep.equal([MAIN])
  })

  it('[WA17] end with the next start when their participant has left and nobody could note it', async () => {
    await pause(BOB)
    await pause(MAIN)
    kept.committed = () => {}
    await remove(BOB)
    await beginAgain()
    expect([...pauses].map(([id]) => id)).to.deep.equal([MAIN])
    expect(await notes()).to.deep.equal([MAIN])
  })
})
