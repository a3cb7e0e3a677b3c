import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ClassicLevel } from 'classic-level'
import type { OrderRecord } from '../../../hub/domain/order-record.ts'
import { newParticipant, type ParticipantRecord } from '../../../hub/domain/participant.ts'
import { decode, encode, seal } from '../../../hub/ledger/level/codec.ts'
import { Journal } from '../../../hub/ledger/level/journal.ts'
import { FORMAT_KEY, journalKey, orderRowKey } from '../../../hub/ledger/level/keys.ts'
import { ledgerOn, openLevelLedger } from '../../../hub/ledger/level/open.ts'
import { PackedWriter } from '../../../hub/ledger/level/packed.ts'
import { Tables } from '../../../hub/ledger/level/tables.ts'
import { Fault } from '../../../shared/fault.ts'
import { vendorId } from '../../../shared/ids.ts'
import { CrashingDatabase } from '../../support/crashing-database.ts'
import { turning } from '../../support/ledger.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { order, waitingOrder } from '../../support/orders.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const clock = createManualClock()

const faultOf = (folder: string): Promise<Fault> =>
  openLevelLedger(folder, clock).then(
    async (ledger) => {
      await ledger.close()
      throw new Error('it was opened')
    },
    (fault) => fault,
  )

const withContent = async (folder: string, key: string, value: string): Promise<void> => {
  const db = new ClassicLevel<string, string>(folder)
  await db.put(key, value)
  await db.close()
}

/** An order's row as formats before 6 have it. */
const jsonRow = ({ key, dispatch, events, history, ...fields }: OrderRecord): string =>
  seal(orderRowKey(key), `${JSON.stringify([fields, dispatch, [0, ...events]])}\n${history}`)

/** A participant as journals before format 6 have it. */
const journaledAsJson = (key: string, record: ParticipantRecord): string => {
  const to = new PackedWriter()
  to.number(3)
  to.text(record.id)
  to.text(JSON.stringify(record))
  return to.take(key)
}

describe('a data folder', () => {
  it('[LG12] is made where there is none', async () => {
    const folder = join(temporaryFolder(), 'not', 'there')
    const ledger = await openLevelLedger(folder, clock)
    await ledger.close()
  })

  it('[LG12] is refused while another hub holds it, and free when that one has closed', async () => {
    const folder = temporaryFolder()
    const ledger = await openLevelLedger(folder, clock)
    const fault = await faultOf(folder)
    expect(fault).to.be.instanceOf(Fault).with.property('code', 'in-use')
    expect(fault.message).to.contain(folder).and.to.contain('another hub').and.to.contain('--data-dir')
    await ledger.close()
    await (await openLevelLedger(folder, clock)).close()
  })

  it('[LG12] is refused if it is of another format, which the fault names', async () => {
    const folder = temporaryFolder()
    await withContent(folder, 'm/format', encode('m/format', 99))
    const fault = await faultOf(folder)
    expect(fault).to.be.instanceOf(Fault).with.property('code', 'in-use')
    expect(fault.message).to.contain('format 99').and.to.contain('--data-dir')
  })

  /** As a hub of format 3 leaves it: without the index by time, its rows JSON. @param orders with which `acme/order-<n>` */
  const ofOldFormat = async (orders: number): Promise<string> => {
    const folder = temporaryFolder()
    const db = new ClassicLevel<string, string>(folder)
    for (let number = 1; number <= orders; number += 1) {
      const record = waitingOrder(order(`order-${number}`))
      await db.put(orderRowKey(record.key), jsonRow(record))
    }
    await db.put(FORMAT_KEY, encode(FORMAT_KEY, 3))
    await db.close()
    return folder
  }

  it('[LG25] has its rows and its journal read if it is of format 5, whose rows are JSON', async () => {
    const folder = temporaryFolder()
    const db = new ClassicLevel<string, string>(folder)
    const [stored, journaled] = ['stored', 'journaled'].map((orderId) => waitingOrder(order(orderId)))
    await db.put(orderRowKey(stored!.key), jsonRow(stored!))
    await db.put(FORMAT_KEY, encode(FORMAT_KEY, 5))
    const tables = new Tables({ rows: 10, size: 1000 })
    tables.orders.put(journaled!.key, journaled!)
    const values: [key: string, value: string][] = []
    new Journal(1, 1).enter({ put: (key, value) => values.push([key, value]) }, tables.takeGroup(), tables)
    const participant = newParticipant(vendorId('acme', 'main'), 7)
    values.push([journalKey(2), journaledAsJson(journalKey(2), participant)])
    for (const [key, value] of values) await db.put(key, value)
    await db.close()
    for (const format of ['of format 5', 'of ours']) {
      const manual = createManualClock()
      const ledger = await openLevelLedger(folder, manual)
      const orders = ledger.reads.orderRecords([stored!.key, journaled!.key])
      const read = Promise.all([orders, ledger.reads.participantRecord(participant.id)])
      await read.finally(() => turning(manual, ledger.close()))
      expect(await read, format).to.deep.equal([[stored, journaled], participant])
    }
  })

  const newestIn = async (folder: string): Promise<number> => {
    const manual = createManualClock()
    const ledger = await openLevelLedger(folder, manual)
    const times = { from: '', to: '9' }
    const { orders } = await ledger.reads.ordersByTime({ ...times, after: null, limit: 9999 })
    await turning(manual, ledger.close())
    return orders.length
  }

  it('[LG21] is brought into our format if it is of the one before', async () => {
    const folder = await ofOldFormat(1100)
    expect(await newestIn(folder)).to.equal(1100)
    const db = new ClassicLevel<string, string>(folder)
    expect(decode(FORMAT_KEY, (await db.get(FORMAT_KEY))!)).to.equal(6)
    await db.close()
    expect(await newestIn(folder)).to.equal(1100)
  })

  it('[LG21] stays of the format before when a start is interrupted, and is brought into ours by the next one', async () => {
    const folder = await ofOldFormat(3)
    const db = new ClassicLevel<string, string>(folder)
    const content = await db.iterator().all()
    await db.close()
    const crashing = new CrashingDatabase(content)
    crashing.hold()
    const syncing = new Promise<void>((resolve) => crashing.onSync(resolve))
    void ledgerOn(crashing, createManualClock())
    await syncing
    const found = crashing.crash(0)
    expect(decode(FORMAT_KEY, (await found.get(FORMAT_KEY))!)).to.equal(3)
    const ledger = await ledgerOn(found, createManualClock())
    const { orders } = await ledger.reads.ordersByTime({ from: '', to: '9', after: null, limit: 9 })
    expect(orders).to.have.length(3)
  })

  it('[LG21] is refused if it is of an older format and its journal is not empty, and left as it was', async () => {
    const folder = await ofOldFormat(3)
    const db = new ClassicLevel<string, string>(folder)
    await db.put(journalKey(7), 'of another form')
    const before = await db.iterator().all()
    await db.close()
    expect((await faultOf(folder)).message)
      .to.contain('format 3')
      .and.to.contain('in good order')
    await db.open()
    expect(await db.iterator().all()).to.deep.equal(before)
    await db.close()
  })

  it('[LG12] is refused if something else keeps its data in it, and left as it was', async () => {
    const folder = temporaryFolder()
    await withContent(folder, 'a', 'b')
    const fault = await faultOf(folder)
    expect(fault.message).to.contain('unknown format')
    const db = new ClassicLevel<string, string>(folder)
    expect(await db.iterator().all()).to.deep.equal([['a', 'b']])
    await db.close()
  })

  it('[LG12] is refused if it is no folder, or cannot be read', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect((await faultOf(file)).message)
      .to.contain(file)
      .and.to.contain('cannot be opened')
    const broken = temporaryFolder()
    writeFileSync(join(broken, 'CURRENT'), 'not of LevelDB')
    const fault = await faultOf(broken)
    expect(fault).to.be.instanceOf(Fault).with.property('code', 'ledger')
    expect(fault.message).to.contain(broken).and.to.contain('cannot be opened')
  })
})
