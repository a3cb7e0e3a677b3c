/**
 * What the live page shows, as JSON for scripts: the same lists, decoded by the same schemas as the page's looks, for observers and operators; and what an operator may do. A query's names are those of the page's filters.
 */
import type { RefusalCode } from '../../shared/codes.ts'
import type { Action, ActionReply, AuditLine, Look, Summary } from '../../shared/watch.ts'
import type { Lists } from '../watch/ports.ts'
import { type ApiAnswer, refusalAnswer } from './answers.ts'
import { expectation } from './expected.ts'
import type { ApiRequest, Route } from './router.ts'

interface Refusal {
  readonly ok: false
  readonly message: string
  readonly fields: readonly string[]
}
type Decoding<T> = { readonly ok: true; readonly value: T } | Refusal

/** What is known of the hub besides its summary. */
export interface Told {
  readonly version: string
  readonly nowMs: number
  readonly startedMs: number
  readonly settings: Readonly<Record<string, string | number | boolean | null>>
}

export interface Watched {
  readonly lists: Pick<Lists, 'orders' | 'queues' | 'queue' | 'deadLetters'>
  readonly audit: {
    readonly lines: readonly AuditLine[]
    act(who: string, action: Action): Promise<ActionReply>
  }
  summary(): Summary
  told(): Told
  decodeLook(look: unknown): Decoding<Look>
  decodeAction(action: unknown): Decoding<Action>
}

type LookAt<View> = Extract<Look, { view: View }>

const NUMBERS: readonly string[] = ['fromMs', 'toMs']
const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false }

/** A value as the schema wants it; what is none is left to the schema to refuse. */
const typed = (name: string, text: string): unknown => {
  if (NUMBERS.includes(name)) return /^\d{1,16}$/.test(text) ? Number(text) : text
  return name === 'onlyTrouble' ? (BOOLEANS[text] ?? text) : text
}

/** An empty value is none: pages and scripts leave fields empty. */
const fieldsOf = (query: URLSearchParams): Record<string, unknown> =>
  Object.fromEntries(
    [...query].filter(([, text]) => text !== '').map(([name, text]) => [name, typed(name, text)]),
  )

const ok = (body: object): ApiAnswer => ({ status: 200, body: { ok: true, ...body } })

const badRequest = ({ fields, message }: Refusal): ApiAnswer =>
  refusalAnswer('bad-request', expectation(fields, message))

/** @param lookOf what the page would ask for */
const look = async <View extends Look['view']>(
  watched: Watched,
  asked: object & { readonly view: View },
  answer: (look: LookAt<View>) => Promise<ApiAnswer>,
): Promise<ApiAnswer> => {
  const decoded = watched.decodeLook(asked)
  return decoded.ok ? answer(decoded.value as LookAt<View>) : badRequest(decoded)
}

const get = (path: string, handle: (request: ApiRequest) => Promise<ApiAnswer>): Route => ({
  method: 'GET',
  path,
  right: 'read-all',
  handle,
})

const ordersRoute = (watched: Watched): Route =>
  get('/api/orders', ({ query }) => {
    const { after, ...filter } = fieldsOf(query)
    const asked = { view: 'orders' as const, filter, ...(after !== undefined && { after }) }
    return look(watched, asked, async (orders) =>
      ok(await watched.lists.orders(orders.filter, orders.after ?? null)),
    )
  })

const queuesRoute = (watched: Watched): Route =>
  get('/api/queues', ({ query }) =>
    look(watched, { ...fieldsOf(query), view: 'queues' }, async ({ onlyTrouble, search, after = null }) =>
      ok(await watched.lists.queues({ onlyTrouble, search, after })),
    ),
  )

const UNKNOWN_QUEUE = refusalAnswer(
  'not-found',
  'The hub does not know this participant, or no longer. Take a name from the list of queues.',
)

const queueAnswer = async (
  watched: Watched,
  { participant, place, after }: LookAt<'queue'>,
): Promise<ApiAnswer> => {
  const found = await watched.lists.queue(participant, place, after ?? null)
  return found === null ? UNKNOWN_QUEUE : ok({ queue: found.queue, ...found.list })
}

const queueRoute = (watched: Watched, path: string, participantOf: (params: Params) => string): Route =>
  get(`/api/queues/${path}`, ({ params, query }) => {
    const asked = {
      place: 'queue',
      ...fieldsOf(query),
      view: 'queue' as const,
      participant: participantOf(params),
    }
    return look(watched, asked, (queue) => queueAnswer(watched, queue))
  })

type Params = ApiRequest['params']

const queueRoutes = (watched: Watched): Route[] => [
  queueRoute(watched, 'vendor/:store/:id', ({ store, id }) => `vendor/${store}/${id}`),
  queueRoute(watched, 'driver/:id', ({ id }) => `driver/${id}`),
  queueRoute(watched, 'fleet', () => 'fleet'),
]

const deadLettersRoute = (watched: Watched): Route =>
  get('/api/dead-letters', ({ query }) =>
    look(watched, { ...fieldsOf(query), view: 'dead-letters' }, async ({ participant, after = null }) =>
      ok(await watched.lists.deadLetters({ participant, after })),
    ),
  )

const actionsRoute = (watched: Watched): Route => ({
  method: 'POST',
  path: '/api/actions',
  right: 'operate',
  async handle({ body, identity }) {
    const decoded = watched.decodeAction(body)
    if (!decoded.ok) return badRequest(decoded)
    const reply = await watched.audit.act(identity.participant, decoded.value)
    return reply.ok ? { status: 200, body: reply } : refusalAnswer(reply.code as RefusalCode, reply.message)
  },
})

export const listRoutes = (watched: Watched): readonly Route[] => [
  ordersRoute(watched),
  queuesRoute(watched),
  ...queueRoutes(watched),
  deadLettersRoute(watched),
  get('/api/summary', async () => ok({ summary: watched.summary() })),
  get('/api/system', async () => ok({ ...watched.told(), system: watched.summary().system })),
  get('/api/audit', async () => ok({ lines: watched.audit.lines })),
  actionsRoute(watched),
]
