/** What a page may send, decoded: one schema a message, and one a view of `look`. The types are those of shared/watch.ts. */
import Type, { type TSchema } from 'typebox'
import { ID_PATTERN } from '../../shared/ids.ts'
import { type Decoded, decoderOf, INBOUND_SCHEMAS } from '../../shared/messages.ts'
import { type Action, EVERYBODY, type Look } from '../../shared/watch.ts'

const strict = { additionalProperties: false } as const
const NAME = ID_PATTERN.slice(1, -1)
const Id = Type.String({ pattern: ID_PATTERN })
/** `<store>/<beginning of an id>` at the longest. */
const Search = Type.String({ maxLength: 140, pattern: '^[A-Za-z0-9._~:/-]*$' })
const After = Type.String({ maxLength: 512 })
const Participant = Type.String({ pattern: `^(?:fleet|driver/${NAME}|vendor/${NAME}/${NAME})$` })
const TimeMs = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })
const oneOf = (...names: readonly string[]) => Type.Union(names.map((name) => Type.Literal(name)))
const optional = Type.Optional

const Filter = Type.Object(
  {
    search: optional(Search),
    store: optional(Id),
    driver: optional(Id),
    state: optional(oneOf('waiting', 'assigned', 'in-transit', 'delivered')),
    fromMs: optional(TimeMs),
    toMs: optional(TimeMs),
  },
  strict,
)

const looking = (view: Look['view'], fields: Record<string, TSchema>): TSchema =>
  Type.Object({ view: Type.Literal(view), ...fields }, strict)

const LOOKS: Readonly<Record<Look['view'], TSchema>> = {
  now: looking('now', {}),
  system: looking('system', {}),
  map: looking('map', {}),
  orders: looking('orders', { filter: Filter, after: optional(After) }),
  order: looking('order', { store: Id, orderId: Id }),
  queues: looking('queues', {
    onlyTrouble: optional(Type.Boolean()),
    search: optional(Search),
    after: optional(After),
  }),
  queue: looking('queue', {
    participant: Participant,
    place: oneOf('queue', 'retry', 'dead'),
    after: optional(After),
  }),
  'dead-letters': looking('dead-letters', { participant: optional(Participant), after: optional(After) }),
}

const VIEWS = Object.keys(LOOKS)

type Decode<T> = (value: unknown) => Decoded<T>

/** A view's name comes from outside. */
const LOOK_DECODERS = new Map<unknown, Decode<Look>>(
  Object.entries(LOOKS).map(([view, schema]) => [view, decoderOf(schema) as Decode<Look>]),
)

export const decodeLook: Decode<Look> = (value) => {
  const { view } = (value ?? {}) as { view?: unknown }
  const decode = LOOK_DECODERS.get(view)
  const message = `view: expected one of ${VIEWS.join(', ')}`
  return decode === undefined ? { ok: false, message, fields: ['view'] } : decode(value)
}

/** Of dead letters that are named; more can be named with the next message. */
const MOST_ENTRIES = 1000

const decodePause = decoderOf(
  Type.Object({ action: oneOf('pause', 'resume'), participant: Participant }, strict),
)
const decodeLetters = decoderOf(
  Type.Object(
    {
      action: oneOf('replay', 'drop'),
      participant: Type.Union([Participant, Type.Literal(EVERYBODY)]),
      after: optional(Type.Union([After, Type.Null()])),
      entries: Type.Union([
        Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: MOST_ENTRIES }),
        Type.Literal('all'),
      ]),
    },
    strict,
  ),
)

const PAUSES: readonly unknown[] = ['pause', 'resume']
const OF_LETTERS: readonly unknown[] = ['replay', 'drop']

export const decodeAction: Decode<Action> = (value) => {
  const { action } = (value ?? {}) as { action?: unknown }
  if (PAUSES.includes(action)) return decodePause(value) as Decoded<Action>
  if (OF_LETTERS.includes(action)) return decodeLetters(value) as Decoded<Action>
  return { ok: false, message: 'action: expected pause, resume, replay or drop', fields: ['action'] }
}

export const decodeToken: Decode<string> = decoderOf(INBOUND_SCHEMAS.token)

export const decodeHandshake: Decode<{ token?: string; protocol?: number }> = decoderOf(
  Type.Object(
    { token: optional(Type.String({ maxLength: 8192 })), protocol: optional(Type.Integer()) },
    strict,
  ),
)
