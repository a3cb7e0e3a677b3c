/**
 * What a hub tells the others once a second: where its drivers are, and its figures. A share takes the place of the one before, is lost with nobody the worse for it, and is bounded. What is none, or one of another version, is taken for silence.
 */
import Type, { type Static } from 'typebox'
import { ID_PATTERN, type OrderKey } from '../../../shared/ids.ts'
import { decoderOf } from '../../../shared/messages.ts'

/** Counted up when the form changes: hubs of both kinds may run side by side for a while. */
const VERSION = 1
const MOST_STORES = 100
const MOST_ORDERS = 20
/** Of the positions together; what does not fit comes a second later. */
const POSITIONS_BYTES = 128 * 1024
/** More than there is room for. */
const MOST_POSITIONS = 2000
const SHARE_BYTES = 512 * 1024

const strict = { additionalProperties: false } as const
const Id = Type.String({ pattern: ID_PATTERN })
const Count = Type.Integer({ minimum: 0 })
const Rate = Type.Number({ minimum: 0 })
const TimeMs = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })
const Key = Type.Unsafe<OrderKey>(Type.String({ maxLength: 129 }))
const maybe = Type.Optional

const ToldPositionSchema = Type.Object(
  {
    driver: Id,
    lat: Type.Number({ minimum: -90, maximum: 90 }),
    lng: Type.Number({ minimum: -180, maximum: 180 }),
    timeMs: TimeMs,
    /** Since the share before; otherwise it is told for those who have not heard it yet. */
    hasMoved: Type.Boolean(),
    isConnected: Type.Boolean(),
    /** The first hundred of those that it carries for. */
    stores: Type.Array(Id, { maxItems: MOST_STORES }),
    /** The first twenty that it holds. */
    orders: Type.Array(Key, { maxItems: MOST_ORDERS }),
  },
  strict,
)

const TroubleSchema = Type.Object(
  {
    kind: Type.Union([
      Type.Literal('old-event'),
      Type.Literal('silent-driver'),
      Type.Literal('paused'),
      Type.Literal('disk-low'),
      Type.Literal('slow-disk'),
      Type.Literal('slow-hub'),
    ]),
    participant: maybe(Type.String({ maxLength: 140 })),
    count: maybe(Count),
    sinceMs: maybe(Type.Number()),
    value: maybe(Type.Number()),
  },
  strict,
)

const Sync = Type.Object({ p50Ms: Rate, p99Ms: Rate, meanGroup: Rate }, strict)

const SystemSchema = Type.Object(
  {
    loopDelayP99Ms: Rate,
    sync: Type.Union([Sync, Type.Null()]),
    rssBytes: Count,
    heapBytes: Count,
    processorShare: Rate,
    diskFreeBytes: Type.Union([Count, Type.Null()]),
  },
  strict,
)

const FiguresSchema = Type.Object(
  {
    in: Rate,
    out: Rate,
    acknowledged: Rate,
    redelivered: Rate,
    /** Handed over to vendors and not answered. */
    inFlight: Count,
    leased: Count,
    assigned: Count,
    inTransit: Count,
    vendors: Count,
    drivers: Count,
    watchers: Count,
    /** From acceptance to acknowledgement, of the last ten seconds: buckets that are not empty, and how much is in each. */
    delays: Type.Array(Type.Tuple([Count, Count]), { maxItems: 1000 }),
  },
  strict,
)

const WatchedSchema = Type.Object(
  {
    system: SystemSchema,
    troubles: Type.Array(TroubleSchema, { maxItems: 100 }),
    troubleCount: Count,
  },
  strict,
)

const ShareSchema = Type.Object(
  {
    version: Type.Literal(VERSION),
    /** Grows with each share of a hub. */
    number: Count,
    figures: FiguresSchema,
    /** While somebody watches, at whichever hub. */
    watched: Type.Union([WatchedSchema, Type.Null()]),
    positions: Type.Array(ToldPositionSchema, { maxItems: MOST_POSITIONS }),
  },
  strict,
)

export type ToldPosition = Static<typeof ToldPositionSchema>
export type HubFigures = Static<typeof FiguresSchema>
export type Watched = Static<typeof WatchedSchema>
export type Share = Static<typeof ShareSchema>

const decode = decoderOf(ShareSchema)

/** @returns null for what is no share of this version */
export const shareIn = (text: string): Share | null => {
  if (text.length > SHARE_BYTES) return null
  try {
    const decoded = decode(JSON.parse(text))
    return decoded.ok ? decoded.value : null
  } catch {
    return null
  }
}

/** Takes positions as long as there is room for one more; the others stay where they are. */
const fitting = (positions: Iterable<ToldPosition>): string[] => {
  const texts: string[] = []
  let bytes = 0
  for (const { stores, orders, ...position } of positions) {
    const bounded = {
      ...position,
      stores: stores.slice(0, MOST_STORES),
      orders: orders.slice(0, MOST_ORDERS),
    }
    texts.push(JSON.stringify(bounded))
    bytes += texts.at(-1)!.length
    if (bytes >= POSITIONS_BYTES) break
  }
  return texts
}

/** @param positions taken one by one, as many as there is room for */
export const shareText = (
  { number, figures, watched }: Pick<Share, 'number' | 'figures' | 'watched'>,
  positions: Iterable<ToldPosition>,
): string => {
  const rest = JSON.stringify({ version: VERSION, number, figures, watched })
  return `${rest.slice(0, -1)},"positions":[${fitting(positions).join()}]}`
}
