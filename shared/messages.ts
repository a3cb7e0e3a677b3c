/**
 * One schema a message (TypeBox): the TypeScript type is inferred from it, the decoder compiled from it, and docs/PROTOCOL.md held
 * against it by a test, so that none of the three can part from the others. A change that an old peer would not understand needs a new
 * PROTOCOL_VERSION; test/shared/protocol-version.test.ts fails until it is bumped on purpose.
 */
import Type, { type Static, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { DETAILS_LIMITS, measureDetails } from './details.ts'
import { ID_PATTERN } from './ids.ts'

export const PROTOCOL_VERSION = 1

const strict = { additionalProperties: false } as const
const Id = Type.String({ pattern: ID_PATTERN })
const Details = Type.Record(Type.String(), Type.Unknown())
const Reason = Type.String({ maxLength: 500 })
/** Opaque to the peer; ours are shorter. */
const EntryToken = Type.String({ minLength: 1, maxLength: 64 })

export const OrderSchema = Type.Object(
  {
    store: Id,
    orderId: Id,
    customer: Type.String({ minLength: 1, maxLength: 200 }),
    address: Type.String({ minLength: 1, maxLength: 500 }),
    details: Type.Optional(Details),
  },
  strict,
)
export type Order = Static<typeof OrderSchema>

export const ProgressSchema = Type.Object({ store: Id, orderId: Id, details: Type.Optional(Details) }, strict)
export type Progress = Static<typeof ProgressSchema>

/** One element of a `publish` frame. The payload is decoded by its own event's schema, so that one bad event refuses only itself. */
export const PublicationSchema = Type.Object(
  { event: Type.String({ maxLength: 64 }), payload: Type.Unknown() },
  strict,
)
export type Publication = Static<typeof PublicationSchema>

const WholeNumber = (maximum: number) => Type.Integer({ minimum: 1, maximum })

export const HandshakeSchema = Type.Object(
  {
    role: Type.Optional(Type.Union([Type.Literal('vendor'), Type.Literal('driver')])),
    store: Type.Optional(Id),
    id: Type.Optional(Id),
    token: Type.Optional(Type.String({ maxLength: 8192 })),
    protocol: Type.Optional(Type.Integer()),
    window: Type.Optional(WholeNumber(Number.MAX_SAFE_INTEGER)),
    capacity: Type.Optional(WholeNumber(Number.MAX_SAFE_INTEGER)),
    batch: Type.Optional(Type.Boolean()),
    receive: Type.Optional(Type.Boolean()),
  },
  strict,
)
export type Handshake = Static<typeof HandshakeSchema>

const AcknowledgeSchema = Type.Array(EntryToken, { maxItems: 20_000 })

const Rejection = Type.Object({ entry: EntryToken, reason: Reason }, strict)
export const RejectSchema = Type.Array(Rejection, { maxItems: 20_000 })
export type Rejection = Static<typeof Rejection>

/** What a Socket.IO callback of a single handover carries: nothing acknowledges, a reason rejects. */
export const HandoverReplySchema = Type.Object({ reject: Reason }, strict)

export const ReleaseSchema = Type.Object({ store: Id, orderId: Id, reason: Reason }, strict)
export type Release = Static<typeof ReleaseSchema>

export const TrackSchema = Type.Object({ orderId: Id }, strict)

export const PositionSchema = Type.Object(
  { lat: Type.Number({ minimum: -90, maximum: 90 }), lng: Type.Number({ minimum: -180, maximum: 180 }) },
  strict,
)
export type Position = Static<typeof PositionSchema>

const TokenSchema = Type.String({ minLength: 1, maxLength: 8192 })

/** All that a peer may send, by message name. */
export const INBOUND_SCHEMAS = {
  pickup: OrderSchema,
  'in-transit': ProgressSchema,
  delivered: ProgressSchema,
  publish: Type.Array(Type.Unknown()),
  acknowledge: AcknowledgeSchema,
  reject: RejectSchema,
  release: ReleaseSchema,
  track: TrackSchema,
  position: PositionSchema,
  token: TokenSchema,
} as const satisfies Record<string, TSchema>

export type Decoded<T> =
  | {
      readonly ok: true
      readonly value: T
      /** Size of its `details`, as `measureDetails` tells it; 0 without. */
      readonly detailsBytes: number
    }
  | { readonly ok: false; readonly message: string; readonly fields: readonly string[] }

const fieldOf = (path: string): string => path.slice(1).replaceAll('/', '.')

interface SchemaError {
  readonly keyword: string
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

/** Names of the fields that one schema error is about: missing ones are listed in its params. */
const fieldsOf = (error: SchemaError): string[] => {
  const { requiredProperties } = error.params as Record<string, string[] | undefined>
  const place = fieldOf(error.instancePath)
  return requiredProperties?.map((name) => (place === '' ? name : `${place}.${name}`)) ?? [place]
}

/** `additionalProperties: false` is to the validator a schema `false` for every other field. */
const wordsOf = ({ keyword, message }: SchemaError): string =>
  keyword === 'boolean' ? 'is not a field of this message' : message

const describe = (error: SchemaError): string => {
  const fields = fieldsOf(error).join(', ')
  return fields === '' ? wordsOf(error) : `${fields}: ${wordsOf(error)}`
}

const MOST_FAULTS_TOLD = 8

/**
 * The first faults, cut to a length that fits a receipt: what a peer sent must not decide how much we answer. Each superfluous field is a fault
 * of its own; the validator's summary of them comes after its own limit of faults and may be missing, so it is left out.
 */
const refusalOf = (errors: readonly SchemaError[]): Decoded<never> => {
  const told = errors.filter((error) => error.keyword !== 'additionalProperties').slice(0, MOST_FAULTS_TOLD)
  return {
    ok: false,
    message: told.map(describe).join('; ').slice(0, 500),
    fields: [...new Set(told.flatMap(fieldsOf))]
      .filter((field) => field !== '')
      .map((field) => field.slice(0, 64)),
  }
}

const MOST_EXPLAINED = { items: 20_000, fields: 64, details: DETAILS_LIMITS.keys } as const

const hasMoreThan = (most: number, value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length > most

/** Finding the faults walks all of a value, slowly: one that is much bigger than any message could be is refused without. */
const isTooBigToExplain = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > MOST_EXPLAINED.items
    : hasMoreThan(MOST_EXPLAINED.fields, value) ||
      hasMoreThan(MOST_EXPLAINED.details, (value as { details?: unknown } | null | undefined)?.details)

const TOO_BIG: Decoded<never> = { ok: false, message: 'must not have so many members', fields: [] }

/**
 * Compiles a schema into a decoder. It never throws and never returns anything but the value as it came (no defaults, no conversion).
 * A member `details` of an object is held against its bounds as well.
 */
export const decoderOf = <S extends TSchema>(schema: S): ((value: unknown) => Decoded<Static<S>>) => {
  const validator = Compile(schema)
  return (value) => {
    if (!validator.Check(value))
      return isTooBigToExplain(value) ? TOO_BIG : refusalOf(validator.Errors(value) as SchemaError[])
    const details = (value as { details?: object } | null | undefined)?.details
    const measured = details === undefined ? 0 : measureDetails(details)
    if (typeof measured === 'string')
      return { ok: false, message: `details: ${measured}`, fields: ['details'] }
    return { ok: true, value: value as Static<S>, detailsBytes: measured }
  }
}
