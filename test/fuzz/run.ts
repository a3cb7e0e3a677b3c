/**
 * A run: a real hub on a new folder, real packets captured from real clients, healthy participants at work in the quiet and under attack, each side in a process of its own. It ends early when the hub does.
 */
import { rmSync } from 'node:fs'
import { EXIT } from '../../shared/exit-codes.ts'
import { say } from '../load/output.ts'
import { withTemporaryData } from '../load/temporary-data.ts'
import { startWorker } from '../load/worker.ts'
import type { Attackers } from './attack/attackers.ts'
import { capturePackets } from './capture/capture.ts'
import type { Healthy } from './healthy.ts'
import { AttackedHub } from './hub-process.ts'
import { attackInRounds, type FuzzOptions, quietPhase, type Stage, warmUp } from './rounds.ts'
import { settledMemory } from './settled-memory.ts'
import { newSecret, tokensFor } from './tokens.ts'
import type { Seen } from './verdict.ts'

const SENT_TOLD = 8
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

const tellCrash = async ({ hub, attackers }: Stage, { seed }: FuzzOptions): Promise<void> => {
  const sent = await attackers.call('lastSent', {})
  say(`The hub has ended (${hub.exit}); seed ${seed}. Its last words:\n${hub.words.slice(-40).join('\n')}`)
  say('What was sent last, the newest at the end:')
  for (const { session, script, bytes, hex } of sent.slice(-SENT_TOLD))
    say(`session ${session} (${script}), ${bytes} bytes: ${hex}`)
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
  await warmUp(stage, options)
  await quietPhase(stage, options)
  const before = await settledMemory(hub)
  await attackers.call('begin', { ...options, port, captured, tokens })
  const { figures, seconds, warm } = await attackInRounds(stage, options)
  if (hub.exit !== null) await tellCrash(stage, options)
  const account = await healthy.call('account', {})
  const { quiet, busy } = await healthy.call('figures', {})
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
    warm,
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

export const runFuzz = (options: FuzzOptions): Promise<Seen> =>
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
      return await play({ hub, healthy, attackers, tokens }, options)
    } finally {
      await Promise.all([healthy.stop(), attackers.stop()])
      hub.kill()
      forget()
    }
  })
