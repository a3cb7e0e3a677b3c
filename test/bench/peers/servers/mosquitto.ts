import { writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Peer } from '../peer.ts'

/** Its defaults hold 20 messages in flight to a client and 1,000 behind them, and drop the rest: 0 lifts both. */
const configurationOf = (folder: string, port: number): string => `
listener ${port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location ${folder}/
max_inflight_messages 0
max_queued_messages 0
set_tcp_nodelay true
user ${userInfo().username}
log_dest stderr
`

export const mosquitto: Peer = {
  name: 'mosquitto',
  title: 'Mosquitto',
  durable:
    'no: confirmed from memory; persistent sessions are written to disk every 30 minutes and when it stops in good order',
  install: 'mosquitto',
  programs: ['mosquitto'],
  async plans({ folder, port }, program) {
    const file = join(folder, 'mosquitto.conf')
    await writeFile(file, configurationOf(folder, port))
    return [{ program: program('mosquitto'), args: ['-c', file], ready: /mosquitto version \S+ running/ }]
  },
}
