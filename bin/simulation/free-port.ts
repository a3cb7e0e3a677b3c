import { createServer } from 'node:net'

const LOOPBACK = '127.0.0.1'

/** Takes a port for a moment. @param port 0 takes any. @returns the port. @throws Error of the system */
const takePort = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, LOOPBACK, () => {
      const address = server.address()
      const taken = typeof address === 'object' && address !== null ? address.port : port
      server.close(() => resolve(taken))
    })
  })

/** A port of this machine that nobody uses at the moment. @throws Error of the system */
export const freePort = (): Promise<number> => takePort(0)

/** May a server listen on it at the moment? */
export const isPortFree = (port: number): Promise<boolean> =>
  takePort(port).then(
    () => true,
    () => false,
  )
