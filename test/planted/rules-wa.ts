import type { Plant } from './plant.ts'

const WATCHER = ['test/hub/watch/watcher.test.ts']
const SCREENS = ['test/hub/watch/screens.test.ts']
const FIGURES = ['test/hub/watch/figures.test.ts']
const TROUBLES = ['test/hub/watch/troubles.test.ts']

export const WA_PLANTS: readonly Plant[] = [
  {
    ...{ file: 'hub/watch/admission.ts', tests: WATCHER },
    rule: 'WA1',
    name: 'drivers may watch',
    from: "if (!may(found, 'watch')) return WRONG_ROLE",
    to: "if (found.role === 'vendor') return WRONG_ROLE",
  },
  {
    ...{ file: 'hub/watch/watch.ts', tests: WATCHER },
    rule: 'WA2',
    name: 'a customer hears of the whole company',
    from: "for (const watcher of this.#watchers) if (watcher.isForAll) watcher.tell('summary', this.#summary)",
    to: "for (const watcher of this.#watchers) watcher.tell('summary', this.#summary)",
  },
  {
    ...{ file: 'hub/watch/questions.ts', tests: WATCHER },
    rule: 'WA3',
    name: 'a customer makes an observer of himself with another token',
    from: 'if (found.order !== this.#asker.identity.order) return OTHER_ORDER',
    to: 'if (found.order === undefined && this.#asker.identity.role === null) return OTHER_ORDER',
  },
  {
    ...{ file: 'hub/watch/watch.ts', tests: WATCHER },
    rule: 'WA4',
    name: 'what runs for those who watch goes on without them',
    from: 'for (const pause of this.#pauses.splice(0)) pause()',
    to: 'this.#pauses.splice(0)',
  },
  {
    ...{ file: 'hub/watch/figures/delays.ts', tests: FIGURES },
    rule: 'WA5',
    name: 'delays over midnight are a day too long or too short',
    from: "if (this.#day === '' || !acceptedTime.startsWith(this.#day))",
    to: "if (this.#day === '')",
  },
  {
    ...{ file: 'hub/watch/delivered-today.ts', tests: ['test/hub/watch/delivered-today.test.ts'] },
    rule: 'WA6',
    name: 'only the first page of what was delivered before is counted',
    from: 'if (next !== null) this.#cancel',
    to: 'if (next === undefined) this.#cancel',
  },
  {
    ...{ file: 'hub/watch/figures/course.ts', tests: FIGURES },
    rule: 'WA7',
    name: 'points of the hour tell one second of ten',
    from: 'points.reduce((sum, point) => sum + point[name], 0) / points.length',
    to: 'points.reduce((sum, point) => sum + point[name], 0) / points[0]![name]',
  },
  {
    ...{ file: 'hub/watch/questions.ts', tests: WATCHER },
    rule: 'WA8',
    name: 'any number of questions wait',
    from: 'if (this.#waiting >= MOST_WAITING)',
    to: 'if (this.#waiting > 100 * MOST_WAITING)',
  },
  {
    ...{ file: 'hub/watch/looks.ts', tests: SCREENS },
    rule: 'WA9',
    name: 'what changes while a page is read is lost',
    from: '        tellMissed(looked, missed)\n',
    to: '        if (missed.length > 100) tellMissed(looked, missed)\n',
  },
  {
    ...{ file: 'hub/watch/screens/orders-screen.ts', tests: SCREENS },
    rule: 'WA10',
    name: 'an order that belongs to the list no more is not told',
    from: 'if (this.#shown.has(key)) return !belongs',
    to: 'if (this.#shown.has(key)) return false',
  },
  {
    ...{ file: 'hub/watch/positions.ts', tests: ['test/hub/watch/positions.test.ts'] },
    rule: 'WA11',
    name: 'drivers that are gone stay on the map',
    from: 'if (isGone(driver)) this.#newest.delete(driver)',
    to: "if (isGone(driver) && driver === '') this.#newest.delete(driver)",
  },
  {
    ...{ file: 'hub/watch/troubles/worst.ts', tests: TROUBLES },
    rule: 'WA12',
    name: 'one kind of trouble hides all others',
    from: 'turn: Math.floor(place / A_TURN)',
    to: 'turn: Math.floor(place / 100 / A_TURN)',
  },
  {
    ...{ file: 'hub/delivery/queue-delivery.ts', tests: ['test/hub/delivery/pauses.test.ts'] },
    rule: 'WA13',
    name: 'what waited behind an acknowledged entry leaves although delivery is stopped',
    from: 'if (this.#isStopped) this.#heldBack.push(...next)',
    to: 'if (this.#isStopped && next.length > 5) this.#heldBack.push(...next)',
  },
  {
    ...{ file: 'hub/watch/questions.ts', tests: WATCHER },
    rule: 'WA14',
    name: 'observers act',
    from: "if (!may(identity, 'operate')) return",
    to: "if (!may(identity, 'watch')) return",
  },
  {
    ...{ file: 'hub/watch/watcher.ts', tests: WATCHER },
    rule: 'WA15',
    name: 'a page that does not read takes all memory',
    from: 'if (waitingBytes(this.#socket) <= this.#parts.outgoingBytes) return true',
    to: 'if (waitingBytes(this.#socket) <= 100 * this.#parts.outgoingBytes) return true',
  },
  {
    ...{ file: 'hub/watch/census.ts', tests: ['test/hub/watch/census.test.ts'] },
    rule: 'WA16',
    name: 'what changes while its page is read counts as it was',
    from: 'else if (this.#isReading) this.#meanwhile.set(change.key, change.after)',
    to: "else if (this.#isReading && change.key === '') this.#meanwhile.set(change.key, change.after)",
  },
  {
    ...{ file: 'hub/delivery/kept-pauses.ts', tests: ['test/hub/delivery/kept-pauses.test.ts'] },
    rule: 'WA17',
    name: 'a pause stays in the ledger when its participant has left',
    from: 'if (!there.includes(note)) transaction.removeNote(note)',
    to: 'if (there.includes(note)) transaction.putNote(note)',
  },
  {
    ...{ file: 'hub/watch/audit.ts', tests: ['test/hub/watch/audit.test.ts'] },
    rule: 'WA18',
    name: 'lines after a restart take the places of older ones',
    from: 'this.#number = Number(notes.at(-1)?.name ?? 0) + 1',
    to: 'this.#number = notes.length + 1',
  },
  {
    file: 'hub/watch/gate.ts',
    tests: ['test/hub/watch/gate.test.ts'],
    rule: 'WA19',
    name: 'whoever asks for much is served first to its end',
    from: '      this.#waiting.delete(who)\n      if (line.length > 1)',
    to: '      if (line.length === 1) this.#waiting.delete(who)\n      if (line.length > 1)',
  },
]
