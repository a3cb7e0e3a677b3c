/**
 * Limits of what comes from outside. Those of `details` can only be lowered: what is above them no version of the protocol takes. A rate of 0 is no limit.
 */
import { DETAILS_LIMITS } from '../shared/details.ts'
import type { SettingTable } from '../shared/settings.ts'
import { number } from './setting-rows.ts'

const KIB = 1024
const MIB = 1024 * KIB
const HOUR_MS = 3_600_000
const GREATEST_RATE = 1_000_000_000

const { depth, keys, stringLength } = DETAILS_LIMITS

export const LIMIT_SETTINGS = {
  eventBytes: number('event-bytes', "bytes of one event's payload, as JSON", [16 * KIB, KIB, 64 * KIB]),
  frameBytes: number('frame-bytes', 'bytes of one message', [256 * KIB, 128 * KIB, 16 * MIB]),
  detailsDepth: number('details-depth', 'levels of details', [depth, 1, depth]),
  detailsKeys: number('details-keys', 'keys and list elements in details', [keys, 0, keys]),
  detailsStringLength: number('details-string-length', 'length of a string in details', [
    stringLength,
    0,
    stringLength,
  ]),
  websocketFragments: number('websocket-fragments', 'parts in which a message may come', [16, 1, 16_384]),
  websocketChunks: number(
    'websocket-chunks',
    'pieces of an unfinished part of a message that are kept',
    [2048, 16, 262_144],
  ),
  connectionEventsPerSecond: number(
    'connection-events-per-second',
    'events and other messages a second above which a connection is read more slowly; 0 is no limit',
    [100_000, 0, GREATEST_RATE],
  ),
  connectionBytesPerSecond: number(
    'connection-bytes-per-second',
    'bytes a second above which a connection is read more slowly; 0 is no limit',
    [64 * MIB, 0, GREATEST_RATE],
  ),
  senderEventsPerSecond: number(
    'sender-events-per-second',
    'events a second of one participant, over all its connections, above which its new orders are refused; 0 is no limit',
    [100_000, 0, GREATEST_RATE],
  ),
  senderBytesPerSecond: number(
    'sender-bytes-per-second',
    'bytes a second of one participant, over all its connections, above which it is read more slowly; 0 is no limit',
    [64 * MIB, 0, GREATEST_RATE],
  ),
  pickupsPerSecond: number(
    'pickups-per-second',
    'new orders a second of one participant; 0 is no limit',
    [0, 0, 1_000_000],
  ),
  newParticipantsPerMinute: number(
    'new-participants-per-minute',
    'participants a minute that the hub gets to know; 0 is no limit',
    [12_000, 0, 1_000_000],
  ),
  addressConnections: number(
    'address-connections',
    'connections that an address may have open at a time; 0 is no limit',
    [5000, 0, 1_000_000],
  ),
  addressConnectionsPerMinute: number(
    'address-connections-per-minute',
    'connections a minute from one address; 0 is no limit',
    [1000, 0, 1_000_000],
  ),
  flappingConnections: number(
    'flapping-connections',
    'connections of one participant in a minute that end within 5 s, before it must pause; 0 is no limit',
    [10, 0, 1_000_000],
  ),
  authenticationTimeMs: number('authentication-time-ms', 'time in which a connection must say who it is', [
    5000,
    100,
    HOUR_MS,
  ]),
  unauthenticatedBytes: number(
    'unauthenticated-bytes',
    'bytes that a connection may send before it has said who it is',
    [16 * KIB, KIB, MIB],
  ),
  unauthenticatedConnections: number(
    'unauthenticated-connections',
    'connections that may not have said yet who they are',
    [10_000, 1, 1_000_000],
  ),
  outgoingBytes: number('outgoing-bytes', 'bytes that may wait for a peer that does not read', [
    MIB,
    64 * KIB,
    1024 * MIB,
  ]),
  readingTimeMs: number(
    'reading-time-ms',
    'time without progress after which a peer that does not read is cut',
    [30_000, 100, HOUR_MS],
  ),
  httpConnections: number(
    'http-connections',
    'connections at a time, those of Socket.IO included',
    [50_000, 1, 1_000_000],
  ),
  // A token of the greatest length that is taken fits into one.
  httpHeaderBytes: number('http-header-bytes', 'bytes of the headers of a request', [
    16 * KIB,
    KIB,
    64 * KIB,
  ]),
  httpHeaders: number('http-headers', 'headers of a request that are looked at', [64, 16, 2000]),
  httpHeaderTimeMs: number('http-header-time-ms', 'time in which the headers of a request must have come', [
    5000,
    100,
    HOUR_MS,
  ]),
  httpRequestTimeMs: number('http-request-time-ms', 'time in which a request must have come', [
    10_000,
    100,
    HOUR_MS,
  ]),
  httpIdleTimeMs: number('http-idle-time-ms', 'time that a connection is kept for a further request', [
    5000,
    0,
    HOUR_MS,
  ]),
} as const satisfies SettingTable
