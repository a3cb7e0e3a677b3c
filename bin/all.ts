/** The launcher: a whole simulation by one command, with one hub. */

import { runProgram } from '../shared/program.ts'
import type { Flags } from '../shared/settings.ts'
import { readSimulationSettings } from './simulation/config.ts'
import { freePort, isPortFree } from './simulation/free-port.ts'
import { STOP_TIME_MS, startSimulation, wantedPort } from './simulation/start.ts'

const startAll = async (flags: Flags) => {
  const settings = readSimulationSettings(flags)
  const port = wantedPort(settings) ?? (await freePort())
  return startSimulation(settings, {
    port,
    // The hub alone says that it cannot listen; the others must not send orders to whoever does.
    isPortOurs: await isPortFree(port),
    hasOwnFolder: settings.orders > 0,
    cluster: null,
    hubsReady: Promise.resolve(),
  })
}

export const runAll = (flags: Flags): Promise<never> => runProgram(() => startAll(flags), STOP_TIME_MS)
