import { systemClock } from '../clock.ts'
import { Fault } from '../fault.ts'
import type { Outbox } from '../outbox/api.ts'
import { openLevelOutbox } from '../outbox/level-outbox.ts'
import { createMemoryOutbox } from '../outbox/memory-outbox.ts'
import type { Link, LinkOptions } from './api.ts'
import { HubLink, type LinkParts } from './hub-link.ts'
import { socketOpener } from './hub-socket.ts'
import { type Identity, identityOf } from './identity.ts'

/** Participants that this process has a link for: a second one would displace the first, which displaces it in turn. */
const connected = new Set<string>()

const DEFAULT_OUTBOX_LIMIT = 1_000_000

const claim = ({ origin, participant }: Identity): string => {
  const name = `${participant} at ${origin}`
  if (connected.has(name))
    throw new Fault('already-connected', `This process has a link as ${name} already: close that one first.`)
  connected.add(name)
  return name
}

const openOutbox = (options: LinkOptions, { participant }: Identity): Promise<Outbox> | Outbox =>
  options.outboxDir === undefined
    ? createMemoryOutbox()
    : openLevelOutbox({ folder: options.outboxDir, participant })

const open = async (options: LinkOptions, identity: Identity, parts: Partial<LinkParts>): Promise<HubLink> =>
  new HubLink({
    clock: systemClock,
    random: Math.random,
    outbox: parts.outbox ?? (await openOutbox(options, identity)),
    outboxLimit: options.outboxLimit ?? DEFAULT_OUTBOX_LIMIT,
    openSocket: socketOpener(identity.origin),
    handshake: identity.handshake,
    token: options.token,
    ...parts,
  })

/**
 * `connectHub` with parts of one's own: an outbox that is open already (the link closes it), a clock, a network.
 * @throws like `connectHub`
 */
export const connectHubWith = async (options: LinkOptions, parts: Partial<LinkParts>): Promise<Link> => {
  const identity = identityOf(options)
  const name = claim(identity)
  const link = await open(options, identity, parts).catch((error: unknown) => {
    connected.delete(name)
    throw error
  })
  link.onStatus(({ kind }) => void (kind === 'closed' && connected.delete(name)))
  link.connect()
  return link
}

/**
 * Opens the outbox and begins to connect; it does not wait for the connection (`onStatus` tells of it). Register the handlers before awaiting
 * anything else, so that they are there when the first event comes.
 * @throws Fault `configuration` when the options are not usable; Fault `already-connected` when this process has a link for that
 *   participant; Fault `in-use` or `outbox` when the outbox's folder cannot be used
 */
export const connectHub = (options: LinkOptions): Promise<Link> => connectHubWith(options, {})
