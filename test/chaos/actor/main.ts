/**
 * One participant of a chaos run, as a process: the real link of `dist`, with its outbox on disk, over a socket that is listened to; or a plain client. It is killed and started again at any moment.
 * Its one argument is its `Life` as JSON; the run tells it over IPC how many orders it may make.
 */
import { crc32 } from 'node:zlib'
import type { Link, LinkOptions } from '../../../shared/link/api.ts'
import type { connectHubWith } from '../../../shared/link/connect-hub.ts'
import type { socketOpener } from '../../../shared/link/hub-socket.ts'
import { type Seeded, seeded } from '../../support/seeded.ts'
import { History, nowMs, type ParticipantLine } from '../records.ts'
import { Driver } from './driver.ts'
import { type FromActor, historyFile, type Life, type Status, type ToActor } from './life.ts'
import { Moods } from './moods.ts'
import { type Past, pastBefore } from './past.ts'
import { PlainTill } from './plain.ts'
import { Publisher } from './publisher.ts'
import { Tap } from './tap.ts'
import { Till } from './till.ts'

const STATUS_EVERY_MS = 50
const POSITION_EVERY_MS = 200

const built = async <Module>(dist: string, path: string): Promise<Module> =>
  (await import(new URL(path, dist).href)) as Module

const optionsOf = ({ role, store, id, hears, window, capacity, url, folder }: Life): LinkOptions => ({
  url,
  role,
  id,
  outboxDir: `${folder}/outbox`,
  ...(store === null ? {} : { store }),
  ...(window === null ? {} : { window }),
  ...(capacity === null ? {} : { capacity }),
  ...(hears ? {} : { receive: false }),
})

const openLink = async (life: Life, tap: Tap): Promise<Link> => {
  const [link, sockets] = await Promise.all([
    built<{ connectHubWith: typeof connectHubWith }>(life.dist, 'shared/link/connect-hub.js'),
    built<{ socketOpener: typeof socketOpener }>(life.dist, 'shared/link/hub-socket.js'),
  ])
  return link.connectHubWith(optionsOf(life), { openSocket: tap.on(sockets.socketOpener(life.url)) })
}

/** What must not happen to an actor, whatever is done to it. */
const watchTroubles = (link: Link, history: History<ParticipantLine>): void => {
  link.onStatus((status) => {
    if (status.kind === 'displaced' || status.kind === 'refused' || status.kind === 'fault')
      history.write([nowMs(), 'trouble', JSON.stringify(status)])
  })
  process.on('uncaughtExceptionMonitor', (error) => history.write([nowMs(), 'trouble', String(error.stack)]))
}

const send = (message: FromActor): void => void (process.connected && process.send!(message))

interface Worker {
  readonly made: number
  readonly isIdle: boolean
  permit(permit: number): void
}

const workerOf = (
  life: Life,
  link: Link,
  parts: Omit<ConstructorParameters<typeof Driver>[0], 'link'>,
): Worker => {
  if (life.role === 'vendor') return new Till(life, { link, ...parts })
  const driver = new Driver({ link, ...parts })
  setInterval(() => {
    if (driver.isCarrying) link.position({ lat: 52.5, lng: 13.4 })
  }, POSITION_EVERY_MS)
  return {
    made: 0,
    get isIdle() {
      return driver.isIdle
    },
    permit: () => {},
  }
}

/** Tells the run how it stands, and is told what it may do. */
const report = (status: () => Status, permit: (permit: number) => void): void => {
  setInterval(() => send({ status: status() }), STATUS_EVERY_MS)
  process.on('message', (message: ToActor) => {
    if ('permit' in message) permit(message.permit)
    else send({ answer: message.ask, status: status() })
  })
  send({ status: status() })
}

const runPlain = async (life: Life, history: History<ParticipantLine>, random: Seeded): Promise<void> => {
  const { io } = (await import(life.client)) as typeof import('socket.io-client')
  const till = new PlainTill(life, { io, history, random })
  report(
    () => ({ made: 0, isConnected: till.isConnected, isIdle: till.isIdle, moves: till.moves }),
    () => {},
  )
}

const runLinked = async (life: Life, history: History<ParticipantLine>, random: Seeded): Promise<void> => {
  const past = pastBefore(life.folder, life.life)
  history.write([nowMs(), 'carry', past])
  const tap = new Tap(history)
  const link = await openLink(life, tap)
  let isConnected = false
  link.onStatus(({ kind }) => {
    isConnected = kind === 'connected' || (isConnected && (kind === 'failed' || kind === 'draining'))
  })
  link.onPosition(({ driver }) => history.write([nowMs(), 'position', driver]))
  watchTroubles(link, history)

  const publisher = new Publisher(link, history, past)
  const moods = new Moods(random, history)
  const worker = workerOf(life, link, { publisher, moods, past, random, history })
  report(
    () => ({
      made: worker.made,
      isConnected,
      isIdle: worker.isIdle && moods.isIdle && publisher.unconfirmed === 0,
      moves: tap.moves + publisher.moves,
    }),
    (permit) => worker.permit(permit),
  )
  setInterval(() => {
    const known: Past = { made: worker.made, again: [], left: [] }
    if (publisher.forgetLeft()) history.write([nowMs(), 'carry', known])
  }, STATUS_EVERY_MS)
}

const run = async (life: Life): Promise<void> => {
  const history = new History<ParticipantLine>(historyFile(life.folder, life.life))
  history.write([nowMs(), 'started', life.participant, life.store, life.hears])
  const random = seeded(crc32(`${life.seed} ${life.participant} ${life.life}`))
  await (life.isPlain ? runPlain : runLinked)(life, history, random)
}

// Without the run nobody would end this process.
process.on('disconnect', () => process.exit())
await run(JSON.parse(process.argv[2]!) as Life)
