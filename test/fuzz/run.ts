/**
 * A run: a real hub on a new folder, real packets captured from real clients, healthy participants at work in the quiet and then under attack, each side in a process of its own. It ends early when the hub does.
 */
import { rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { EXIT } from '../../shared/exit-codes.ts'
import { inMb } from '../load/figures.ts'
import { say } from '../load/output.ts'
import type { Report } from '../load/report.ts'
import { withTemporaryData } from '../load/temporary-data.ts'
import { startWorker, type Worker } from '../load/worker.ts'
import type { Attackers, Figures } from './attack/attackers.ts'
import { capturePackets } from './capture/capture.ts'
import type { Tokens } from './cast.ts'
import type { Healthy, PhaseFigures } from './healthy.ts'
import { AttackedHub } from './hub-process.ts'
import { newSecret, tokensFor } from './tokens.ts'
import { type MemoryFigures, type Seen, verdictOf } from './verdict.ts'

export interface FuzzOptions {
  readonly minutes: number
  readonly frames: number | null
  readonly seed: number
  readonly from: number
  readonly connections: number
  readonly framesPerSecond: number
  readonly ordersPerSecond: number
  readonly quietSeconds: number
  readonly hasKeys: boolean
  readonly isQuick: boolean
}

interface Stage {
  readonly hub: AttackedHub
  readonly healthy: Worker<Healthy>
  readonly attackers: Worker<Attackers>
  readonly tokens: Tokens
}

const LOOK_EVERY_MS = 250
const SAY_EVERY_MS = 10_000
/** V8 and the system give memory back late. */
const SETTLED_MB = 1
const SETTLE_ROUNDS = 20
const SENT_TOLD = 8
const SIGNALS = ['SIGINT', 'SIGTERM'] as const
const WARM_UP_MS = 2000
/** In which the last healthy orders must have been carried. */
const DRAIN_MS = 60_000

const memoryOf = async (hub: AttackedHub): Promise<MemoryFigures> => {
  const { ownBytes, heapUsedBytes, externalBytes } = await hub.memory()
  return { ownMb: inMb(ownBytes), heapMb: inMb(heapUsedBytes), externalMb: inMb(externalBytes) }
}

/** After collecting garbage until it makes no difference any more. */
const settledMemory = async (hub: AttackedHub): Promise<MemoryFigures> => {
  let memory = await memoryOf(hub)
  for (let round = 0; round < SETTLE_ROUNDS; round += 1) {
    await pause(LOOK_EVERY_MS)
    const next = await memoryOf(hub)
    const isSettled = memory.ownMb - next.ownMb < SETTLED_MB && memory.heapMb - next.heapMb < SETTLED_MB
    memory = next
    if (isSettled && round > 2) break
  }
  return memory
}

/** Under attack until the time or the frames are over, or the hub is. */
const attackUntilOver = async (
  { hub, attackers }: Stage,
  { minutes, frames }: FuzzOptions,
): Promise<{ figures: Figures; seconds: number }> => {
  const startMs = performance.now()
  let saidMs = startMs
  for (;;) {
    await pause(LOOK_EVERY_MS)
    const figures = await attackers.call('figures', {})
    const nowMs = performance.now()
    if (nowMs - saidMs > SAY_EVERY_MS) {
      saidMs = nowMs
      const perSecond = Math.round((figures.frames * 1000) / (nowMs - startMs))
      say(`${figures.frames} frames on ${figures.connections} connections, ${perSecond} frames/s`)
    }
    const isEnough = frames !== null && figures.frames >= frames
    if (isEnough || hub.exit !== null || nowMs - startMs > minutes * 60_000) break
  }
  const figures = await attackers.call('stop', {})
  return { figures, seconds: Math.round((performance.now() - startMs) / 100) / 10 }
}

const tellCrash = async ({ hub, attackers }: Stage, { seed }: FuzzOptions): Promise<void> => {
  const sent = await attackers.call('lastSent', {})
  say(`The hub has ended (${hub.exit}); seed ${seed}. Its last words:\n${hub.words.slice(-40).join('\n')}`)
  say('What was sent last, the newest at the end:')
  for (const { session, script, bytes, hex } of sent.slice(-SENT_TOLD))
    say(`session ${session} (${script}), ${bytes} bytes: ${hex}`)
}

/** V8 compiles what it has seen often enough: what takes long in the first seconds is no measure, in the quiet and under attack alike. No order of them may be lost all the same. */
const warmUp = async ({ healthy }: Stage, { ordersPerSecond }: FuzzOptions): Promise<void> => {
  await healthy.call('begin', { ordersPerSecond })
  await pause(WARM_UP_MS)
  await healthy.call('end', { limitMs: 0 })
}

const quietPhase = async (stage: Stage, options: FuzzOptions): Promise<PhaseFigures> => {
  const { ordersPerSecond, quietSeconds } = options
  await warmUp(stage, options)
  await stage.healthy.call('begin', { ordersPerSecond })
  await pause(quietSeconds * 1000)
  return stage.healthy.call('end', { limitMs: DRAIN_MS })
}

const play = async (stage: Stage, options: FuzzOptions): Promise<Seen> => {
  const { hub, healthy, attackers, tokens } = stage
  const { url, port } = hub
  const captured = await capturePackets(port, tokens)
  await attackers.call('prepare', { url, tokens })
  await healthy.call('open', { url, tokens })
  say(
    `hub in ${options.hasKeys ? 'keys' : 'open'} mode, ${captured.length} kinds of packets captured, seed ${options.seed}`,
  )
  const quiet = await quietPhase(stage, options)
  const before = await settledMemory(hub)
  await attackers.call('begin', { ...options, port, captured, tokens })
  await warmUp(stage, options)
  await healthy.call('begin', { ordersPerSecond: options.ordersPerSecond })
  const { figures, seconds } = await attackUntilOver(stage, options)
  if (hub.exit !== null) await tellCrash(stage, options)
  const busy = await healthy.call('end', { limitMs: hub.exit === null ? DRAIN_MS : 0 })
  const account = await healthy.call('account', {})
  const after = hub.exit === null ? await settledMemory(hub) : before
  await hub.stop()
  return {
    seed: options.seed,
    mode: options.hasKeys ? 'keys' : 'open',
    seconds,
    captured: captured.length,
    attack: figures,
    exits: hub.exit === null ? [] : [hub.exit],
    uncaught: hub.uncaught,
    warnings: hub.warnings,
    quiet,
    busy,
    account,
    before,
    after,
  }
}

/** Ctrl-C ends all at once; the clients' processes end with their channel to this one. */
const endOnSignal = (hub: () => AttackedHub | null, folder: string): (() => void) => {
  const end = () => {
    hub()?.kill()
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    process.exit(EXIT.fault)
  }
  for (const signal of SIGNALS) process.once(signal, end)
  return () => {
    for (const signal of SIGNALS) process.off(signal, end)
  }
}

export const runFuzz = (options: FuzzOptions): Promise<Report> =>
  withTemporaryData('fuzz-', async (folder) => {
    const secret = options.hasKeys ? newSecret() : null
    const tokens = secret === null ? {} : await tokensFor(secret)
    let started: AttackedHub | null = null
    const forget = endOnSignal(() => started, folder)
    const hub = await AttackedHub.start(folder, secret)
    started = hub
    const healthy = startWorker<Healthy>(new URL('./healthy.ts', import.meta.url))
    const attackers = startWorker<Attackers>(new URL('./attack/attackers.ts', import.meta.url))
    try {
      return verdictOf(await play({ hub, healthy, attackers, tokens }, options), options.isQuick)
    } finally {
      await Promise.all([healthy.stop(), attackers.stop()])
      hub.kill()
      forget()
    }
  })
