/** What S4 is held against, in a process of its own as the hub is: a Socket.IO callback that is answered at once, and a LevelDB write that is synced, one after another. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ClassicLevel } from 'classic-level'
import { Server } from 'socket.io'
import { serveFunctions } from '../../load/worker.ts'

const EVENT = Buffer.alloc(230, 'x')

let database: ClassicLevel<string, Buffer> | null = null
let written = 0

const writeMs = async (level: ClassicLevel<string, Buffer>): Promise<number> => {
  const key = String(written).padStart(12, '0')
  written += 1
  const beganMs = performance.now()
  await level.batch([{ type: 'put', key, value: EVENT }], { sync: true })
  return performance.now() - beganMs
}

const functions = {
  /** The address that answers. */
  open: async ({ folder }: { folder: string }): Promise<string> => {
    database = new ClassicLevel(folder, { keyEncoding: 'utf8', valueEncoding: 'buffer' })
    await database.open()
    const http = createServer()
    const io = new Server(http, { serveClient: false, perMessageDeflate: false, transports: ['websocket'] })
    io.on('connection', (socket) => {
      socket.on('pickup', (_: unknown, answer: (receipt: object) => void) =>
        answer({ ok: true, id: '01900000-0000-7000-8000-000000000000' }),
      )
    })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  },
  /** What each of so many writes took, in milliseconds. */
  write: async ({ count }: { count: number }): Promise<number[]> => {
    if (database === null) throw new Error('nothing is open')
    const tookMs: number[] = []
    for (let index = 0; index < count; index += 1) tookMs.push(await writeMs(database))
    return tookMs
  },
}

export type BareFunctions = typeof functions

serveFunctions(functions)
