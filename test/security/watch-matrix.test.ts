/** Everybody tries to watch, and whoever may tries every view and every action; what comes of it stands in `watch-specification.ts`. */
import { expect } from 'chai'
import type { Action, Look } from '../../shared/watch.ts'
import { tokenFor } from '../support/tokens.ts'
import { createInbox } from '../support/waiting.ts'
import { type TestWatcher, watcherOf, watchRefusalOf } from '../support/watcher.ts'
import { ASKING, type Asking } from './specification.ts'
import { connectWith, type Stage, setStage } from './stage.ts'
import {
  ACTIONS,
  type Asked,
  GARBAGE,
  KEPT_OUT,
  LOOKS,
  STRANGE_MESSAGES,
  WATCHING,
  type Watching,
} from './watch-specification.ts'

interface Answer {
  readonly ok: boolean
  readonly code?: string
}

const outcomeOf = ({ ok, code }: Answer): string => (ok ? 'ok' : code!)

const authOf = async (stage: Stage, who: Asking): Promise<object> => {
  const token = await stage.tokenOf(who)
  return token === null ? {} : { token }
}

const watchAs = async (stage: Stage, who: Watching): Promise<TestWatcher> =>
  watcherOf(stage.hub.url, await authOf(stage, who))

/** All that an action could change, as an operator sees it. */
const stateOf = async (stage: Stage): Promise<unknown> => {
  const [queues, letters, audit] = await Promise.all(
    ['queues', 'dead-letters', 'audit'].map(async (list) =>
      (await stage.request('an operator', 'GET', `/api/${list}`)).json(),
    ),
  )
  const listed = queues as { rows: { participant: string; paused: boolean; deadLetters: number }[] }
  const rows = listed.rows.map(({ participant, paused, deadLetters }) => ({
    participant,
    paused,
    deadLetters,
  }))
  return { orders: await stage.orders(), rows, letters, audit }
}

const each = <Argument>(
  table: Readonly<Record<string, readonly Asked<Argument>[]>>,
): (readonly [string, Asked<Argument>])[] =>
  Object.entries(table).flatMap(([name, rows]) => rows.map((row) => [name, row] as const))

describe('the right to watch', () => {
  it('[WA1] is specified for everybody', () => {
    expect([...WATCHING, ...Object.keys(KEPT_OUT)].sort()).to.deep.equal([...ASKING].sort())
  })

  for (const [who, code] of Object.entries(KEPT_OUT))
    it(`[WA1][AC12] is refused to ${who} as ${code}`, async () => {
      const stage = await setStage()
      const auth = await authOf(stage, who as Asking)
      expect(await watchRefusalOf(stage.hub.url, auth)).to.include({ code })
    })

  for (const [column, who] of WATCHING.entries())
    describe(`of ${who}`, () => {
      it('[WA2][AC12] reaches as far in every view as it is specified', async () => {
        const stage = await setStage()
        const watcher = await watchAs(stage, who)
        for (const [view, { of, argument, outcomes }] of each<Look>(LOOKS)) {
          const shown = await watcher.ask<Answer>('look', argument)
          expect(outcomeOf(shown), `${view} of ${of}`).to.equal(outcomes[column])
        }
      })

      it('[WA14][AC12] reaches as far in every action as it is specified, and changes nothing where it does not', async () => {
        const stage = await setStage()
        const watcher = await watchAs(stage, who)
        const before = await stateOf(stage)
        for (const [action, { of, argument, outcomes }] of each<Action>(ACTIONS)) {
          const reply = await watcher.ask<Answer>('act', argument)
          expect(outcomeOf(reply), `${action} of ${of}`).to.equal(outcomes[column])
        }
        const isOperator = who === 'an operator'
        expect(isOperator || (await stateOf(stage))).to.deep.equal(isOperator || before)
      })

      it('[WA8][WA15] is refused in words whatever is none, and goes on', async () => {
        const stage = await setStage()
        const before = await stateOf(stage)
        const mayAct = who === 'an operator'
        // One each: who asks for more than twenty a second is read more slowly.
        const tries = Object.entries(GARBAGE).map(async ([message, values]) => {
          const watcher = await watchAs(stage, who)
          const code = message === 'act' && !mayAct ? 'not-permitted' : 'malformed'
          for (const [index, value] of values.entries()) {
            const answer = await watcher.ask<Answer>(message, ...(value === undefined ? [] : [value]))
            expect(outcomeOf(answer), `${message} of value ${index}`).to.equal(code)
          }
        })
        await Promise.all(tries)
        const watcher = await watchAs(stage, who)
        for (const message of STRANGE_MESSAGES)
          expect(await watcher.ask(message, {})).to.include({ code: 'unknown-message' })
        expect(await stateOf(stage)).to.deep.equal(before)
      })

      it('[WA3][AC9] is renewed with a token of its own, and with none of anybody else', async () => {
        const stage = await setStage()
        const watcher = await watchAs(stage, who)
        for (const other of ASKING.filter((one) => one !== who && one !== 'nobody'))
          expect(await watcher.ask('token', await stage.tokenOf(other)), other).to.include({
            code: 'token-refused',
          })
        expect(await watcher.ask('token', await stage.tokenOf(who))).to.include({ ok: true })
      })
    })
})

/** Whatever the hub says, by name. */
const everythingTo = ({ socket }: TestWatcher) => {
  const heard = createInbox<readonly [string, unknown]>('anything')
  socket.onAny((name: string, value: unknown) => heard.put([name, value]))
  return heard
}

describe('one who watches with a token for one order', () => {
  it('[WA2] hears of that one and of nothing else, whatever it has asked for', async () => {
    const stage = await setStage()
    const watcher = await watchAs(stage, 'an observer of another order')
    const heard = everythingTo(watcher)
    const theirs = { view: 'order', store: 'other', orderId: 'theirs' } as const
    await watcher.look(theirs)
    for (const [, { argument }] of each<Look>(LOOKS))
      if (argument.view !== 'order') await watcher.ask('look', argument)

    const operator = await watchAs(stage, 'an operator')
    await operator.look({ view: 'map' })
    expect(await operator.act({ action: 'pause', participant: 'vendor/acme/main' })).to.include({ ok: true })
    const holder = await stage.connect('the driver that holds the order')
    holder.socket.emit('position', { lat: 1, lng: 2 })
    await holder.ask('in-transit', { store: 'acme', orderId: 'assigned' })
    await operator.moves.next()
    await operator.summaries.next()

    const rival = await connectWith(stage.hub.url, await tokenFor(stage.keys, 'driver/rival'))
    await rival.ask('in-transit', { store: 'other', orderId: 'theirs' })
    const [name, changed] = await heard.next(([message]) => message === 'changed')
    expect([name, (changed as { found: { order: { key: string } } }).found.order.key]).to.deep.equal([
      'changed',
      'other/theirs',
    ])
    expect(heard.all.map(([message]) => message)).to.deep.equal(['changed'])
  })
})
