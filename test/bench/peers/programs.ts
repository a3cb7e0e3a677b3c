/** Where the servers' programs are. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian keeps servers in places that a user's PATH may leave out. RabbitMQ's own script comes first there: the one in /usr/sbin changes to the user of the system's service. */
const DEBIAN_PLACES = ['/usr/lib/rabbitmq/bin', '/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin']

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The program's path, or null. */
export const findProgram = (name: string): string | null => {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((place) => place !== '')
  const first = DEBIAN_PLACES.slice(0, 1)
  const paths = [...first, ...onPath, ...DEBIAN_PLACES].map((place) => join(place, name))
  return paths.find(isExecutable) ?? null
}
