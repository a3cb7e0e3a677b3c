/**
 * Limits of the hub that a scenario may set otherwise than its defaults, since its load is larger than a courier's: how much may be under way, never what is promised. There is no other way to pass the hub a flag from here.
 */
import { readHubConfig } from '../../hub/config.ts'

const LIMITS = [
  'window',
  'greatest-window',
  'window-bytes',
  'capacity',
  'greatest-capacity',
  'batch-length',
  'undecided-events',
  'outgoing-bytes',
  'queue-length',
  'participants-per-store',
  'pickups-per-second',
  'sender-events-per-second',
  'sender-bytes-per-second',
  'connection-events-per-second',
  'connection-bytes-per-second',
  'new-participants-per-minute',
  'unauthenticated-connections',
] as const

export type LimitName = (typeof LIMITS)[number]
export type Limits = Readonly<Partial<Record<LimitName, number>>>

export const flagsOf = (limits: Limits): string[] =>
  Object.entries(limits).flatMap(([name, value]) => [`--${name}`, String(value)])

const inCamelCase = (name: string): string =>
  name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())

const ALSO_TOLD = ['eventBytes', 'frameBytes', 'ackTimeoutMs', 'deliveryLimit', 'assignmentMs'] as const

/** The limits that a hub runs under, by name: those that were set, and its defaults. */
export const limitsInForce = (limits: Limits): Record<string, number> => {
  const options: Readonly<Record<string, unknown>> = { ...readHubConfig({}, {}).options }
  const named = LIMITS.map((name): [string, number] => [
    name,
    limits[name] ?? Number(options[inCamelCase(name)]),
  ])
  return Object.fromEntries([...named, ...ALSO_TOLD.map((name) => [name, Number(options[name])])])
}
