/**
 * Loaded by Node into a hub program before its own code (`--import`): tells its parent when it was loaded, on the clock that all processes of a machine share, and
 * answers what memory the process has, what processor time it has used, and in which files that went (a profile between two questions). Plain JavaScript, since a loader for TypeScript would cost the hub time and memory of its own.
 */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'

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

const SAMPLE_MICROS = 500
const TICK_MICROS = 10_000
let session = null
let beganMicros = 0

/** Of the main thread alone; the kernel counts in hundredths of a second. */
const mainThreadMicros = () => {
  const stat = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS
}

const beginProfile = async () => {
  session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROS })
  await session.post('Profiler.start')
  beganMicros = mainThreadMicros()
}

/** Of each stack the innermost file of a folder, as it ends behind the folder's name; null if there is none in it. */
const filesBy = (nodes, folder) => {
  const files = new Map()
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const fileOf = (id) => {
    if (id === undefined) return null
    if (files.has(id)) return files.get(id)
    const { url } = byId.get(id).callFrame
    const at = url.lastIndexOf(folder)
    const file = at < 0 ? fileOf(parents.get(id)) : url.slice(at + folder.length)
    files.set(id, file)
    return file
  }
  return fileOf
}

const endProfile = async (folder) => {
  const processorMicros = mainThreadMicros() - beganMicros
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  const fileOf = filesBy(profile.nodes, folder)
  const idle = new Set(
    profile.nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id),
  )
  const microsOf = {}
  let busyMicros = 0
  for (const [index, id] of profile.samples.entries()) {
    if (idle.has(id)) continue
    const micros = profile.timeDeltas[index]
    busyMicros += micros
    const file = fileOf(id)
    if (file !== null) microsOf[file] = (microsOf[file] ?? 0) + micros
  }
  // Between two samples others may have had the processor.
  for (const file of Object.keys(microsOf)) microsOf[file] *= processorMicros / busyMicros
  return { wallMicros: profile.endTime - profile.startTime, microsOf }
}

const answer = async ({ ask, collect, folder }) => {
  if (ask === 'processor') return { processorMicros: processorMicros() }
  if (ask === 'begin-profile') return { began: await beginProfile().then(() => true) }
  if (ask === 'end-profile') return { profile: await endProfile(folder) }
  if (collect) globalThis.gc()
  return { memory: await memory() }
}

process.send({ loadedNs: String(process.hrtime.bigint()) })
process.on('message', async (message) => {
  if (message?.ask === undefined) return
  process.send({ ...(await answer(message)), answers: message.number })
})
