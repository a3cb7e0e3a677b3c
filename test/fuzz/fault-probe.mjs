/**
 * Loaded by Node into the hub that is attacked (`--import`): says on its standard error what nobody has caught, and changes nothing of what becomes of it. Plain JavaScript, since a loader for TypeScript would cost the hub
 * time and memory of its own.
 */
import { writeSync } from 'node:fs'

process.on('uncaughtExceptionMonitor', (error, origin) => {
  writeSync(2, `FUZZ ${origin} ${error?.stack ?? error}\n`)
})
