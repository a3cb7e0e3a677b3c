import { LEDGER } from './parts.ts'
import type { Plant } from './plant.ts'

const shared = (name: string) => ({ file: `hub/ledger/${name}.ts`, tests: LEDGER }) as const
const level = (name: string) => ({ file: `hub/ledger/level/${name}.ts`, tests: LEDGER }) as const

/** Tells whether work writes: it settles at once if it does not, while a group syncs. */
const SETTLING_READS = `
      let hasWritten = false
      const watched = new Proxy(transaction, {
        get(target, name) {
          hasWritten ||= /^(?:put|append|add|take|remove)/.test(String(name))
          const member: unknown = Reflect.get(target, name, target)
          return typeof member === 'function' ? member.bind(target) : member
        },
      })
      decide(watched)
      if (this.#isSyncing && !hasWritten) {
        settled()
        continue
      }`

export const LG_PLANTS: readonly Plant[] = [
  {
    ...{ file: 'hub/ledger/level/rows.ts', tests: ['test/hub/ledger/rows.test.ts'] },
    rule: 'LG26',
    name: 'an order that has changed since it was read ahead is an older one again',
    from: '    if (this.#awaited.size > 0) this.#awaited.delete(key)\n',
    to: '',
  },
  {
    ...level('migration'),
    rule: 'LG25',
    name: 'a folder of format 5 that was not closed in good order is refused',
    from: '  if (format === 5) return true\n',
    to: '',
  },
  {
    ...{ file: 'hub/ledger/level/rows.ts', tests: ['test/hub/ledger/rows.test.ts'] },
    rule: 'LG1',
    name: 'a row that syncs is forgotten when an older one was written back',
    from: 'if (active.isGathering || active.isSyncing) return',
    to: 'if (active.isGathering) return',
  },
  {
    ...level('level-ledger'),
    rule: 'LG2',
    name: 'a group of several is settled before its sync',
    from: 'written.durable.then(',
    to: ';(group.settled.length > 1 ? Promise.resolve() : written.durable).then(',
  },
  {
    ...level('level-ledger'),
    rule: 'LG3',
    name: 'what is submitted in one turn is written in several groups',
    from: 'this.#gathering.settled.push(settled)',
    to: 'if (this.#gathering.settled.push(settled) === 3) this.#writeGroup()',
  },
  {
    ...level('level-ledger'),
    rule: 'LG4',
    name: 'an answer to a read runs ahead of the disk',
    from: ' decide(transaction)',
    to: SETTLING_READS,
  },
  {
    ...level('level-ledger'),
    rule: 'LG5',
    name: 'what was appended is announced twice',
    from: 'const committed = committedOf(group.appended, changes)',
    to: 'const committed = committedOf(group.appended, changes)\n    this.#listeners.committed(committed)',
  },
  {
    ...level('positions'),
    rule: 'LG6',
    name: 'positions are used again after a restart',
    from: 'encode(POSITION_KEY, this.#endOfBlock)',
    to: 'encode(POSITION_KEY, this.#last)',
  },
  {
    ...level('keys'),
    rule: 'LG7',
    name: 'a queue holds the entries of a participant with a longer name',
    from: 'prefix}0` })',
    to: 'prefix}~` })',
  },
  {
    ...level('transaction'),
    rule: 'LG8',
    name: 'a dead letter that was taken is still counted',
    from: 'this.count(participant, { place, position }, -1)',
    to: "if (place !== 'dead') this.count(participant, { place, position }, -1)",
  },
  {
    ...level('write-back'),
    rule: 'LG9',
    name: 'a driver keeps what it gave back',
    from: 'if (before !== null) batch.del(before)',
    to: "if (before !== null && (after !== null || before.startsWith('a/'))) batch.del(before)",
  },
  {
    ...level('write-group'),
    rule: 'LG10',
    name: 'a group is written change by change',
    from: 'const { last: entered, isEmpty: isUnchanged } = journal.enter(batch, changes, tables)',
    to: `for (const order of changes.orders.slice(1)) {
    const own = db.batch()
    journal.enter(own, { orders: [order], entries: [], participants: [], rosters: [] }, tables)
    void own.write({ sync: true })
  }
  const { last: entered, isEmpty: isUnchanged } = journal.enter(batch, changes, tables)`,
  },
  {
    ...level('codec'),
    rule: 'LG11',
    name: 'nobody learns which value is damaged',
    from: 'key} in the data folder',
    to: 'key.length} in the data folder',
  },
  {
    ...level('open'),
    rule: 'LG12',
    name: 'a folder of a later format is opened',
    from: 'if (!OLD_FORMATS.includes(format)) throw',
    to: 'if (Number(format) < 3) throw',
  },
  {
    ...level('level-ledger'),
    rule: 'LG13',
    name: 'a failed sync is tried again',
    from: 'written.durable.then(',
    to: 'written.durable.catch(() => this.#write(group).durable).then(',
  },
  {
    ...shared('row-transaction'),
    rule: 'LG14',
    name: 'a participant that has left stays on the roster',
    from: 'isActive ? [...others, id] : others',
    to: '[...others, id]',
  },
  {
    ...{ file: 'shared/level/folder.ts', tests: ['test/shared/level/level-folder.test.ts'] },
    rule: 'LG15',
    name: 'a folder that a power cut has left half made is refused',
    from: 'if (await removeUnfinished(folder)) return parts.open()',
    to: 'if (await removeUnfinished(folder)) throw error',
  },
  {
    ...{ file: 'shared/level/check-logs.ts', tests: ['test/shared/level/level-folder.test.ts'] },
    rule: 'LG16',
    name: 'a write that is missing in a log is passed over',
    from: 'firstSequence !== last + 1',
    to: 'firstSequence <= last',
  },
  {
    ...level('entries'),
    rule: 'LG17',
    name: 'an entry that came back to where it had been written to before it was taken is there again after a crash',
    from: 'one.isStored = one.wasThereBefore || one.durable === null',
    to: 'one.isStored = one.wasThereBefore',
  },
  {
    ...level('row-loader'),
    rule: 'LG18',
    name: 'a turn reads one row more than it may',
    from: 'mayReadOn(texts.length)',
    to: '(texts.length === 0 || mayReadOn(texts.length - 1))',
  },
  {
    ...level('transaction'),
    rule: 'LG19',
    name: 'an entry that was replaced comes back when it was taken out',
    from: 'this.#tables.entries.change({ place, participant, position, entry: null })\n    this.#tables',
    to: 'this.#tables',
  },
  {
    ...level('write-back'),
    rule: 'LG20',
    name: 'orders are not found by the time of their acceptance once they have left the journal',
    from: '[heldIndex, endedIndex, acceptedIndex]',
    to: '[heldIndex, endedIndex]',
  },
  {
    ...level('migration'),
    rule: 'LG21',
    name: 'a folder of format 3 is taken for one of format 4',
    from: 'if (format === 3) await indexOrders(db)\n',
    to: '',
  },
  {
    ...shared('appended'),
    rule: 'LG23',
    name: 'what was taken in the same turn is announced all the same',
    from: '    entries.splice(index, 1)\n',
    to: '',
  },
  {
    ...level('packed'),
    rule: 'LG24',
    name: 'half of a surrogate pair comes back as another character',
    from: 'const isUnicode = value.isWellFormed()',
    to: 'const isUnicode = true',
  },
  {
    ...level('keys'),
    rule: 'LG22',
    name: 'a page of notes ends with those of other kinds',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written there
    from: 'lt: below(`n/${kind}`).lt',
    to: "lt: below('n').lt",
  },
]
