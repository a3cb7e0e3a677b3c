/** A participant with the link library, as an application has it: from `dist`. */
import type { Link, LinkOptions } from '../../../shared/link/index.ts'
import type { EventName } from '../../../shared/protocol.ts'
import type { OpenParticipant, Participant, ParticipantSettings } from './participant.ts'

/** There is no `dist` before the first build, so its types are those of its sources. */
const { connectHub } = (await import(
  new URL('../../../dist/shared/link/index.js', import.meta.url).href
)) as typeof import('../../../shared/link/index.ts')

const HEARD = {
  vendor: ['in-transit', 'delivered'],
  driver: ['pickup'],
} as const satisfies Record<LinkOptions['role'], readonly EventName[]>

const connected = (link: Link): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = link.onStatus((status) => {
      if (status.kind === 'connected') resolve()
      else reject(new Error(`a link is ${status.kind} instead of connected`))
      stop()
    })
  })

const watch = (link: Link, failed: (why: string) => void): void =>
  void link.onStatus(({ kind }) => {
    if (kind !== 'closed') failed(`a link is ${kind}`)
  })

const participantOf = (link: Link, failed: (why: string) => void): Participant => ({
  keepsOrder: true,
  publish(event, payload, confirmed) {
    // Order and Progress go with their event's name; the workload pairs them.
    link.publish(event, payload as never).then(confirmed, (fault) => failed(`${event}: ${fault}`))
  },
  async close() {
    await link.close({ drain: true, timeoutMs: 30_000 })
  },
})

export const openLink: OpenParticipant = async ({
  url,
  identity,
  window,
  handed,
  failed,
}: ParticipantSettings) => {
  const link = await connectHub({ url, window, ...identity })
  for (const event of HEARD[identity.role]) link.on(event, handed)
  await connected(link)
  watch(link, failed)
  return participantOf(link, failed)
}
