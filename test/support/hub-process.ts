/** The hub as a process of its own. */
import { type CapsProcess, startCaps } from './caps-process.ts'

export interface HubProcess extends CapsProcess {
  readonly url: string
  readonly port: number
}

/** Resolves with where the hub takes connections, when it does. */
export const readyHub = async (started: CapsProcess): Promise<HubProcess> => {
  const line = await started.line('taking connections on')
  const [, url, port] = /(https?:\/\/\S+:(\d+))/.exec(line) ?? []
  return { ...started, url: url!, port: Number(port) }
}

/** @param port 0 takes a free one */
export const startHub = (folder: string, port = 0, ...flags: string[]): Promise<HubProcess> =>
  readyHub(startCaps('hub', '--data-dir', folder, '--port', String(port), ...flags))
