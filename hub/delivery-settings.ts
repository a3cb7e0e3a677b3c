/** How events are handed over, how long everything is kept, and how much of it: what the hub does by itself. */
import type { SettingTable } from '../shared/settings.ts'
import { number } from './setting-rows.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 366 * DAY_MS

export const DELIVERY_SETTINGS = {
  ackTimeoutMs: number('ack-timeout-ms', 'time in which a handover must be acknowledged', [
    30_000,
    10,
    HOUR_MS,
  ]),
  deliveryLimit: number(
    'delivery-limit',
    'failed handovers until an entry becomes a dead letter',
    [10, 1, 1000],
  ),
  retryDelayMs: number('retry-delay-ms', 'wait before the second handover; doubles with each further one', [
    1000,
    1,
    HOUR_MS,
  ]),
  longestRetryDelayMs: number('longest-retry-delay-ms', 'longest wait between two handovers', [
    60_000,
    1,
    DAY_MS,
  ]),
  retryBound: number(
    'retry-bound',
    'entries of a participant that may wait for a retry before it is paused',
    [1000, 1, 100_000],
  ),
  driverGraceMs: number('driver-grace-ms', 'time that a driver may be away with leased pickups', [
    30_000,
    10,
    DAY_MS,
  ]),
  assignmentMs: number('assignment-time-ms', 'time that an order may stay assigned without being picked up', [
    900_000,
    10,
    YEAR_MS,
  ]),
  sessionExpiryMs: number('session-expiry-ms', 'time away after which a participant is forgotten', [
    7 * DAY_MS,
    10,
    YEAR_MS,
  ]),
  orderRetentionMs: number('order-retention-ms', 'time that a delivered order is kept', [
    30 * DAY_MS,
    10,
    YEAR_MS,
  ]),
  deadLetterRetentionMs: number('dead-letter-retention-ms', 'time that a dead letter is kept', [
    30 * DAY_MS,
    10,
    YEAR_MS,
  ]),
  upkeepPeriodMs: number('upkeep-period-ms', 'time between two rounds of upkeep', [60_000, 10, DAY_MS]),
  window: number('window', 'entries in flight to a participant that asks for nothing else', [100, 1, 20_000]),
  greatestWindow: number(
    'greatest-window',
    'most entries in flight that a participant may ask for',
    [20_000, 1, 100_000],
  ),
  windowBytes: number('window-bytes', 'bytes in flight to a connection', [
    256 * 1024,
    1024,
    64 * 1024 * 1024,
  ]),
  capacity: number('capacity', 'parcels of a driver that asks for nothing else', [4, 1, 100_000]),
  greatestCapacity: number(
    'greatest-capacity',
    'most parcels that a driver may ask for',
    [100_000, 1, 100_000],
  ),
  participantsPerStore: number(
    'participants-per-store',
    'participants that one store may have',
    [16, 1, 1000],
  ),
  queueLength: number('queue-length', 'entries in a queue above which new orders are refused', [
    10_000_000,
    1,
    Number.MAX_SAFE_INTEGER,
  ]),
  diskWatermarkMb: number(
    'disk-watermark-mb',
    'free disk in MB below which new orders are refused',
    [256, 0, 1_000_000_000],
  ),
  diskPeriodMs: number('disk-period-ms', 'time between two looks at the free disk', [5000, 10, HOUR_MS]),
  batchLength: number('batch-length', 'events in one publish frame', [1000, 1, 20_000]),
  undecidedEvents: number(
    'undecided-events',
    'events that may wait for the disk before more are refused as busy',
    [20_000, 1, 10_000_000],
  ),
} as const satisfies SettingTable
