/**
 * What an actor's link goes through, told in its log, and the ends that only a person can mend as faults: displaced, refused, a broken disk.
 */
import { Fault, messageOf } from './fault.ts'
import type { FailedEvent, Link, LinkStatus } from './link/api.ts'
import type { Log } from './log.ts'
import type { Welcome } from './protocol.ts'
import { tokenAdvice } from './token-advice.ts'

export interface Storyteller {
  readonly log: Log
  /** Begins every line: `VENDOR`, `DRIVER`. */
  readonly actor: string
  /** `vendor/<store>/<id>` or `driver/<id>` */
  readonly participant: string
  readonly url: string
}

/** The first tries get a line each, later ones every tenth. */
const isWorthALine = (attempt: number): boolean => attempt <= 3 || attempt % 10 === 0

const seconds = (ms: number): string => (ms / 1000).toFixed(1)

/** How long ago, for a reader: `850 ms`, `12 s`, `3 min`, `5 h`. */
export const durationText = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`
  return `${Math.round(ms / 3_600_000)} h`
}

interface Line {
  readonly level: 'info' | 'warn'
  readonly text: string
}

const waitingLines = (url: string, status: Extract<LinkStatus, { kind: 'waiting' }>): Line[] => {
  if (!isWorthALine(status.attempt)) return []
  const next = `try ${status.attempt}, the next one in ${seconds(status.retryInMs)} s, until it answers`
  return [{ level: 'info', text: `waiting for the hub at ${url} (${status.reason}); ${next}` }]
}

const notRenewedLines = (status: Extract<LinkStatus, { kind: 'token-not-renewed' }>): Line[] => {
  if (!isWorthALine(status.attempt)) return []
  const next = `try ${status.attempt}, the next one in ${seconds(status.retryInMs)} s, until the old one ends`
  return [{ level: 'warn', text: `its token could not be renewed (${status.reason}); ${next}` }]
}

const welcomeLines = ({ url }: Storyteller, { awayMs, queued }: Welcome): Line[] => {
  const connected: Line = { level: 'info', text: `connected to the hub at ${url}` }
  if (awayMs <= 0 || queued === 0) return [connected]
  const missed = `missed ${queued} ${queued === 1 ? 'event' : 'events'}`
  return [
    connected,
    { level: 'info', text: `was away for ${durationText(awayMs)} and ${missed}, handed over now` },
  ]
}

const failedText = ({ event, payload, message, code }: FailedEvent): string =>
  `the hub refuses ${event} of ${payload.orderId} for good: ${message} (${code})`

const linesOf = (teller: Storyteller, status: LinkStatus): Line[] => {
  switch (status.kind) {
    case 'waiting':
      return waitingLines(teller.url, status)
    case 'connected':
      return welcomeLines(teller, status.welcome)
    case 'disconnected':
      return [{ level: 'warn', text: `lost the hub (${status.reason})` }]
    case 'token-not-renewed':
      return notRenewedLines(status)
    case 'draining':
      return [{ level: 'info', text: 'the hub is about to stop' }]
    case 'failed':
      return [{ level: 'warn', text: failedText(status.failed) }]
    default:
      return []
  }
}

/** What an actor keeps on disk can no longer be written. */
export const diskFault = (actor: string, what: 'outbox' | 'journal', error: unknown): Fault =>
  new Fault(
    what,
    `${actor}: its ${what} cannot be written: ${messageOf(error)}. Make room on its disk, or mend it, then start it again: it goes on where it was.`,
    { cause: error },
  )

const refusedText = (teller: Storyteller, status: Extract<LinkStatus, { kind: 'refused' }>): string =>
  tokenAdvice(status.code, teller) ??
  `the hub at ${teller.url} refuses ${teller.participant}: ${status.message} (${status.code}). Mend that, then start again.`

/** What a person must do about it; null if the link helps itself. */
const faultOf = (teller: Storyteller, status: LinkStatus): Fault | null => {
  if (status.kind === 'fault') return diskFault(teller.actor, 'outbox', status.fault.cause ?? status.fault)
  if (status.kind === 'displaced')
    return new Fault(
      'displaced',
      `${teller.actor}: another process took the place of ${teller.participant} (connection ${status.by}). To run both, start this one again with another --id; to have it back, end the other one first.`,
    )
  if (status.kind === 'refused')
    return new Fault('refused', `${teller.actor}: ${refusedText(teller, status)}`)
  return null
}

/**
 * Tells the link's story from now on.
 * @returns rejects with the Fault that ends the program; never resolves
 */
export const tellLinkStory = (link: Pick<Link, 'onStatus'>, teller: Storyteller): Promise<never> =>
  new Promise((_, reject) => {
    link.onStatus((status) => {
      for (const { level, text } of linesOf(teller, status)) teller.log[level](`${teller.actor}: ${text}`)
      const fault = faultOf(teller, status)
      if (fault !== null) reject(fault)
    })
  })

/** Is there a connection at the moment? Told from now on. */
export const watchConnection = (link: Pick<Link, 'onStatus'>): (() => boolean) => {
  let isConnected = false
  link.onStatus(({ kind }) => {
    if (kind === 'connected') isConnected = true
    if (kind === 'waiting' || kind === 'disconnected') isConnected = false
  })
  return () => isConnected
}
