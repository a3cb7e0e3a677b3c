/**
 * The hubs that are measured, each a process of its own with the same probe in it: CAPS from `dist`, and the controls. Whoever starts one stops it; what a failure leaves running is killed when this process ends.
 */
import { fileURLToPath } from 'node:url'
import { type MeasuredHub, startMeasuredHub, startMeasuredProgram } from '../load/measured-hub.ts'
import { endWithUs } from './leftovers.ts'
import { flagsOf, type Limits } from './limits.ts'

/** A: one frame an event, as Socket.IO users write it. B: the frames of CAPS' own batched protocol. Both memory only. */
export type ControlName = 'A' | 'B'

const CONTROLS: Readonly<Record<ControlName, string>> = {
  A: fileURLToPath(new URL('control/one-frame.ts', import.meta.url)),
  B: fileURLToPath(new URL('control/batched.ts', import.meta.url)),
}

const kept = async (starting: Promise<MeasuredHub>): Promise<MeasuredHub> => {
  const hub = await starting
  endWithUs(hub.pid)
  return hub
}

/** @param folder the data folder, a new one or one that a hub has left */
export const startCapsHub = (folder: string, limits: Limits = {}): Promise<MeasuredHub> =>
  kept(startMeasuredHub({ folder, flags: flagsOf(limits) }))

export const startControlHub = (name: ControlName): Promise<MeasuredHub> =>
  kept(startMeasuredProgram(['--import', 'tsx', CONTROLS[name]]))
