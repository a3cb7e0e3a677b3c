/** What a connection is told when it is let in: how much it gets at once, which is what it asked for as far as the hub's limits go, and these limits. */
import { PROTOCOL_VERSION } from '../../shared/messages.ts'
import type { Welcome } from '../../shared/protocol.ts'
import { owedTo } from '../domain/participant.ts'
import type { Admitted } from './types.ts'

export interface SizeOptions {
  readonly window: number
  readonly greatestWindow: number
  readonly capacity: number
  readonly greatestCapacity: number
}

export interface WelcomeOptions {
  readonly batchLength: number
  readonly eventBytes: number
  readonly frameBytes: number
}

export interface Sizes {
  readonly window: number
  readonly capacity: number
}

export const sizesOf = ({ handshake }: Admitted, options: SizeOptions): Sizes => ({
  window: Math.min(handshake.window ?? options.window, options.greatestWindow),
  capacity: Math.min(handshake.capacity ?? options.capacity, options.greatestCapacity),
})

export const welcomeOf = (
  { sender, registration }: Admitted,
  sizes: Sizes,
  options: WelcomeOptions,
): Welcome => {
  const { eventBytes, frameBytes, batchLength } = options
  return {
    participant: sender.participant,
    protocol: PROTOCOL_VERSION,
    awayMs: registration.awayMs,
    queued: registration.record === null ? 0 : owedTo(registration.record),
    window: sizes.window,
    ...(sender.role === 'driver' ? { capacity: sizes.capacity } : {}),
    limits: { eventBytes, frameBytes, batchLength },
  }
}
