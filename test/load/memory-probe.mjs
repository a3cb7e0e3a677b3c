/**
 * Loaded by Node into a hub program before its own code (`--import`): tells its parent when it was loaded, on the clock that all processes of a machine share, and
 * answers what memory the process has and what processor time it has used. Plain JavaScript, since a loader for TypeScript would cost the hub time and memory of its own.
 */
import { readFile } from 'node:fs/promises'

const KIB = 1024

/** Of Linux: how much of the resident memory is the process's own, and how much is mapped files, which the kernel takes back when it needs the room. */
const residence = async () => {
  const text = await readFile('/proc/self/status', 'utf8').catch(() => '')
  const of = (name) => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)
    return found === null ? null : Number(found[1]) * KIB
  }
  return { ownBytes: of('RssAnon'), mappedBytes: of('RssFile') }
}

const memory = async () => {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage()
  const { ownBytes, mappedBytes } = await residence()
  return {
    rssBytes: rss,
    ownBytes: ownBytes ?? rss,
    mappedBytes: mappedBytes ?? 0,
    heapUsedBytes: heapUsed,
    heapTotalBytes: heapTotal,
    externalBytes: external,
    handles: process.getActiveResourcesInfo().length,
  }
}

const processorMicros = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

const answer = async ({ ask, collect }) => {
  if (ask === 'processor') return { processorMicros: processorMicros() }
  if (collect) globalThis.gc()
  return { memory: await memory() }
}

process.send({ loadedNs: String(process.hrtime.bigint()) })
process.on('message', async (message) => {
  if (message?.ask === undefined) return
  process.send({ ...(await answer(message)), answers: message.number })
})
