/** Bugs of the kinds that have lost events elsewhere, each caught by whatever test or programme is cheapest; most by a model that knows no rule. */
import type { Plant } from './plant.ts'

export const NAMED_PLANTS: readonly Plant[] = [
  {
    ...{
      file: 'hub/ledger/level/level-ledger.ts',
      tests: ['test/hub/ledger/ledger-model.test.ts', 'test/hub/intake/intake.test.ts'],
    },
    name: 'confirms before the sync',
    from: 'written.durable.then(',
    to: ';(async (synced: Promise<void>) => void synced.catch((error) => this.#fail(error)))(written.durable).then(',
  },
  {
    ...{
      file: 'hub/ledger/level/write-group.ts',
      tests: ['test/hub/ledger/group-commit.test.ts', 'test/hub/ledger/ledger-model.test.ts'],
    },
    name: 'writes without a sync',
    from: 'batch.write({ sync: true })',
    to: 'batch.write({ sync: false as true })',
  },
  {
    ...{ file: 'hub/ledger/level/write-back.ts', tests: ['test/hub/ledger/ledger-model.test.ts'] },
    name: 'forgets what was accepted after a restart',
    from: 'one.row && encode(one.key, one.row)',
    to: 'one.row && encode(one.key, { ...one.row, events: {} })',
  },
  {
    ...{
      file: 'hub/ledger/level/codec.ts',
      tests: ['test/hub/ledger/codec.test.ts', 'test/hub/ledger/group-commit.test.ts'],
    },
    name: 'the checksum is not verified',
    from: 'if (json === null)',
    to: 'if (json !== null && text.length === 0)',
  },
  {
    ...{ file: 'hub/ledger/level/rows.ts', tests: ['test/hub/ledger/ledger-model.test.ts'] },
    name: 'an evicted row is read from disk while a newer one waits to be written',
    from: 'return active === undefined ?',
    to: 'return active === undefined || !this.#cache.has(key) ?',
  },
  {
    ...{ file: 'hub/intake/intake.ts', tests: ['test/hub/intake/intake.test.ts'] },
    name: 'a refused pickup leaves a trace',
    from: 'if (refused !== null) return refused',
    to: 'if (refused !== null) return (this.#commit(transaction, record, proposal), refused)',
  },
  {
    ...{
      file: 'hub/intake/intake.ts',
      tests: ['test/hub/intake/intake.test.ts', 'test/system/refusals.test.ts'],
    },
    name: 'the watermark refuses in-transit',
    from: 'const refused = isNew ? ',
    to: 'const refused = isNew || this.#parts.pressure.isDiskLow() ? ',
  },
  {
    ...{
      file: 'shared/equality.ts',
      tests: ['test/shared/equality.test.ts', 'test/hub/domain/order.test.ts'],
    },
    name: 'other content is accepted under the same identity',
    from: 'if (keys.length !== Object.keys(other).length) return false',
    to: 'if (keys.length > Object.keys(other).length) return false',
  },
  {
    ...{
      file: 'hub/domain/order.ts',
      tests: ['test/hub/domain/order-table.test.ts', 'test/hub/domain/order.test.ts'],
    },
    name: 'the order of events is not checked',
    from: 'if (from.includes(state) && endedMs === null)',
    to: 'if (from.length > 0 && state.length > 0 && endedMs === null)',
  },
  {
    ...{ file: 'hub/delivery/leasing.ts', tests: ['test/hub/delivery/leasing.test.ts'] },
    name: 'a pickup leaves before its lease is durable',
    from: 'this.writer = new LeaseWriter({ ...parts, board: this.#board, refresh })',
    to: `const early: LeasingParts['ledger']['submit'] = (work) =>
      parts.ledger.submit({
        ...work,
        decide: (transaction) => {
          work.decide(transaction)
          const records = (work.orders ?? []).flatMap((key) => transaction.order(key) ?? [])
          this.#grips.hand(records.filter((record) => this.#apply(record)))
        },
      })
    this.writer = new LeaseWriter({ ...parts, ledger: { ...parts.ledger, submit: early }, board: this.#board, refresh })`,
  },
  {
    ...{
      file: 'hub/delivery/board.ts',
      tests: ['test/hub/delivery/board.test.ts', 'test/hub/delivery/delivery-model.test.ts'],
    },
    name: "somebody else's lease is acknowledged",
    from: "tracked?.phase === 'leased' && tracked.holder === driver",
    to: "tracked?.phase === 'leased' && driver !== ''",
  },
  {
    ...{ file: 'hub/delivery/driver-grips.ts', tests: ['test/hub/delivery/leasing.test.ts'] },
    name: 'a lease times out while its driver is away',
    from: 'this.#board.suspend(driver)',
    to: 'this.#board.fleet.heldBy(driver)',
  },
  {
    ...{ file: 'hub/delivery/driver-grips.ts', tests: ['test/hub/delivery/leasing.test.ts'] },
    name: 'the grace ends when the hub restarts',
    from: `for (const driver of this.#board.fleet.absentHolders())
      if (!this.#graceEnds.has(driver)) this.#startGrace(driver)`,
    to: 'for (const driver of this.#board.fleet.absentHolders()) this.#graceEnds.set(driver, 0)',
  },
  {
    ...{ file: 'hub/delivery/leasing.ts', tests: ['test/hub/delivery/leasing.test.ts'] },
    name: "an absent driver's lease counts as a failed attempt",
    from: "this.writer.giving(away, { what: 'driver-away'",
    to: "this.writer.giving(away, { what: 'not-acknowledged'",
  },
  {
    ...{ file: 'hub/delivery/queue-delivery.ts', tests: ['test/hub/delivery/queue-delivery.test.ts'] },
    name: 'lost connections count as attempts',
    from: 'if (this.#isOpen) this.#window.close()',
    to: `this.#answers.fail(this.#window.overdue(Number.POSITIVE_INFINITY).map((slot) => ({ slot, what: 'not-acknowledged', reason: 'the connection is lost' })))
    if (this.#isOpen) this.#window.close()`,
  },
  {
    ...{
      file: 'hub/delivery/queue-answers.ts',
      tests: ['test/hub/delivery/delivery-model.test.ts', 'test/hub/delivery/queue-delivery.test.ts'],
    },
    name: 'memory is freed before the disk agrees',
    from: 'settled: step.settled,',
    to: 'settled: queueMicrotask(step.settled) as undefined ?? (() => {}),',
  },
  {
    ...{
      file: 'hub/delivery/window.ts',
      tests: ['test/hub/delivery/window.test.ts', 'test/hub/delivery/delivery-model.test.ts'],
    },
    name: 'two entries of one order in flight',
    from: "next: lane.slots[0] === slot ? 'fly' : 'hold'",
    to: "next: 'fly'",
  },
  {
    ...{
      file: 'hub/delivery/window.ts',
      tests: ['test/hub/delivery/window.test.ts', 'test/hub/delivery/delivery-model.test.ts'],
    },
    name: 'the window is off by one',
    from: 'this.#limits = limits',
    to: 'this.#limits = { ...limits, entries: limits.entries + 1 }',
  },
  {
    ...{
      file: 'hub/delivery/window.ts',
      tests: ['test/hub/delivery/window.test.ts', 'test/hub/delivery/delivery-model.test.ts'],
    },
    name: 'the floor is one too far',
    from: 'first.entry.position - 1',
    to: 'first.entry.position',
  },
  {
    ...{
      file: 'hub/delivery/window.ts',
      tests: ['test/hub/delivery/window.test.ts', 'test/hub/delivery/queue-delivery.test.ts'],
    },
    name: 'a retry blocks the queue',
    from: 'return lane.slots.filter((other) => other !== slot &&',
    to: 'return lane.slots.filter((other) => other === slot &&',
  },
  {
    ...{ file: 'hub/delivery/window.ts', tests: ['test/hub/delivery/delivery-model.test.ts'] },
    name: 'an acknowledged retry is handed over again',
    from: `this.#waiting.delete(slot.entry.position)
    this.#leaveQueue`,
    to: 'this.#leaveQueue',
  },
  {
    ...{
      file: 'hub/delivery/queue-reader.ts',
      tests: ['test/hub/delivery/queue-reader.test.ts', 'test/hub/delivery/delivery-model.test.ts'],
    },
    name: 'the cursor is one too far',
    from: '{ after: this.#cursor, limit }',
    to: '{ after: this.#cursor + 1, limit }',
  },
  {
    ...{ file: 'hub/delivery/dispatcher.ts', tests: ['test/hub/delivery/dispatcher.test.ts'] },
    name: 'what is announced between a registration and its connection is passed over',
    from: 'this.#expected.delete(participant)',
    to: 'void participant',
  },
  {
    ...{ file: 'hub/delivery/dispatcher.ts', tests: ['test/hub/delivery/dispatcher.test.ts'] },
    name: 'a queue that was at rest is not looked at any more',
    from: `this.#busy.add(queue)
    queue.appended`,
    to: 'queue.appended',
  },
  {
    ...{ file: 'hub/delivery/queue-steps.ts', tests: ['test/hub/delivery/queue-delivery.test.ts'] },
    name: 'a dead letter stays in the retries',
    from: 'return transaction.addRetry(id, erasures.written({ ...entry, failures, dueMs }))',
    to: `return transaction.addRetry(id, erasures.written({ ...entry, failures, dueMs }))
  if (failures.length > 1) transaction.addRetry(id, { ...entry, failures, dueMs: 0 })`,
  },
  {
    ...{ file: 'hub/sessions/sessions.ts', tests: ['test/hub/sessions/sessions.test.ts'] },
    name: 'leaving keeps the queue',
    from: 'if (record === undefined) return',
    to: 'if (record !== undefined) return',
  },
  {
    ...{
      file: 'hub/sessions/sessions.ts',
      tests: ['test/hub/sessions/sessions.test.ts', 'test/hub/delivery/delivery-model.test.ts'],
    },
    name: 'the end of a displaced connection ends the newer one',
    from: 'if (!this.isCurrent(applicant)) return false',
    to: '',
  },
  {
    ...{ file: 'hub/sockets/connection.ts', tests: ['test/hub/sockets/connection.test.ts'] },
    name: 'a displaced connection keeps its grip on the queue',
    from: 'this.#grip?.detach()',
    to: 'this.#grip?.acknowledge([])',
  },
  {
    ...{ file: 'hub/sockets/packets-in.ts', tests: ['test/hub/sockets/packets-in.test.ts'] },
    name: 'a reserved name is taken',
    from: '!(isAnswer || isName(data[0]))',
    to: 'data.length > 99',
  },
  {
    ...{ file: 'hub/sockets/websocket-texts.ts', tests: ['test/hub/sockets/websocket-texts.test.ts'] },
    name: 'what is no text reaches ws without its mask',
    from: '  mask(chunk, frame)\n  return null',
    to: '  return null',
  },
  {
    ...{ file: 'hub/sockets/websocket-frames.ts', tests: ['test/hub/sockets/websocket-frames.test.ts'] },
    name: 'a frame is as long as its text has characters',
    from: 'texts.map((text) => Buffer.byteLength(text))',
    to: 'texts.map((text) => text.length)',
  },
  {
    ...{
      file: 'hub/sockets/connection.ts',
      tests: ['test/hub/sockets/connection.test.ts', 'test/system/rooms.test.ts'],
    },
    name: 'the room of a store is named wrongly',
    from: 'void socket.join(sender.store)',
    to: 'void socket.join(sender.participant)',
  },
  {
    ...{ file: 'hub/upkeep/retention.ts', tests: ['test/hub/upkeep/upkeep.test.ts'] },
    name: 'an order is removed before its retention has passed',
    from: 'nowMs - parts.options.orderRetentionMs',
    to: 'nowMs - parts.options.orderRetentionMs / 2',
  },
  {
    ...{
      file: 'shared/link/sender.ts',
      tests: ['test/shared/link-sender.test.ts', 'test/shared/link-sender-fuzz.test.ts'],
    },
    name: 'the outbox forgets on reconnect',
    from: "const stored = [...this.#debts.all()].filter(({ state }) => state !== 'storing')",
    to: "const stored = [...this.#debts.all()].filter(({ state }) => state !== 'storing' && state !== 'sent')",
  },
  {
    ...{ file: 'shared/link/sender.ts', tests: ['test/shared/link-sender.test.ts'] },
    name: 'a permanent refusal stays in the outbox for ever',
    from: 'this.#outbox.fail(owed.number, failed)',
    to: 'void failed',
  },
  {
    ...{
      file: 'shared/link/receiver.ts',
      tests: ['test/shared/link-receiver.test.ts', 'test/shared/link-receiver-fuzz.test.ts'],
    },
    name: 'acknowledges before the handler has succeeded',
    from: 'return ending.then(',
    to: `this.#succeeded(active)
      return ending.then(`,
  },
  {
    ...{
      file: 'shared/link/handled-events.ts',
      tests: ['test/shared/link-receiver.test.ts', 'test/shared/link-receiver-fuzz.test.ts'],
    },
    name: 'a reconnect forgets what was handled',
    from: 'this.#doubt(this.#acknowledged)',
    to: 'this.#doubt(new Set())',
  },
  {
    ...{ file: 'shared/outbox/group-writer.ts', tests: ['test/shared/level-outbox.test.ts'] },
    name: 'the outbox says stored before the sync',
    from: 'await group.batch.write({ sync: group.isSynced })',
    to: `for (const stored of group.stored.splice(0)) stored()
      await group.batch.write({ sync: group.isSynced })`,
  },
  {
    ...{ file: 'shared/level/folder.ts', tests: ['test/power/power.test.ts'] },
    name: 'a start answers from what a power cut may take back',
    from: '  await syncFolder(folder)',
    to: '  void syncFolder',
  },
]
