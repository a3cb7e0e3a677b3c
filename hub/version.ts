/** Of CAPS, from its package file: next to the sources, or above what is built of them. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PLACES = ['../package.json', '../../package.json'].map((place) =>
  fileURLToPath(new URL(place, import.meta.url)),
)

export const capsVersion = (): string => {
  const file = PLACES.find(existsSync)
  return file === undefined
    ? 'unknown'
    : (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
