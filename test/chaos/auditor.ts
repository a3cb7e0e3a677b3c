/** Asks the hub about every order when all is over, with a plain socket.io-client a store, and writes down what it says. */
import { once } from 'node:events'
import { join } from 'node:path'
import { io, type Socket } from 'socket.io-client'
import { orderIdOf } from './orders.ts'
import { type AuditLine, History, nowMs } from './records.ts'
import type { Stage } from './stage.ts'

/** The hub takes a hundred requests of a connection at a time. */
const AT_A_TIME = 50
const ANSWER_LIMIT_MS = 60_000

interface Item {
  readonly what: string
  readonly participant?: string
  readonly event?: string
}

type Answer =
  | { ok: true; order: { state: string; driver?: string }; history: readonly Item[] }
  | { ok: false; code: string; message: string }

const lineOf = (store: string, order: string, answer: Answer): AuditLine => {
  if (!answer.ok && answer.code !== 'unknown-order') throw new Error(`track ${order}: ${answer.message}`)
  if (!answer.ok) return [nowMs(), 'tracked', store, order, null, null, []]
  const history = answer.history.map(
    ({ what, participant, event }) => [what, participant ?? null, event ?? null] as const,
  )
  const { state, driver } = answer.order
  return [nowMs(), 'tracked', store, order, state, driver ?? null, history]
}

const track = (socket: Socket, orderId: string): Promise<Answer> =>
  socket.timeout(ANSWER_LIMIT_MS).emitWithAck('track', { orderId })

function* ordersMade(stage: Stage, store: string, hasPoison: boolean): Generator<string> {
  for (const role of stage.roles) {
    if (role.store !== store) continue
    const made = stage.madeBy(role.participant)
    for (let number = 0; number < made; number += 1) yield orderIdOf(role.id, number, hasPoison)
  }
}

const auditStore = async (
  stage: Stage,
  store: string,
  options: { file: string; hasPoison: boolean },
): Promise<void> => {
  const history = new History<AuditLine>(options.file)
  // A hub that has ended by itself says nothing more; then no order is accounted for.
  if (!stage.hubs.some((name) => stage.member(name).isUp)) return history.close()
  const auth = { role: 'vendor', store, id: 'auditor', receive: false }
  const socket = io(`${stage.hubUrl}/caps`, { auth, transports: ['websocket'], forceNew: true })
  await once(socket as unknown as NodeJS.EventEmitter, 'welcome')
  const orders = ordersMade(stage, store, options.hasPoison)
  const work = async () => {
    for (const order of orders) history.write(lineOf(store, order, await track(socket, order)))
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work))
  socket.disconnect()
  history.close()
}

/** @returns the files, one a store */
export const audit = async (
  stage: Stage,
  options: { folder: string; stores: readonly string[]; hasPoison: boolean },
): Promise<string[]> => {
  const { folder, stores, hasPoison } = options
  const files = stores.map((store) => join(folder, `audit-${store}.jsonl`))
  for (const [index, store] of stores.entries())
    await auditStore(stage, store, { file: files[index]!, hasPoison })
  return files
}
