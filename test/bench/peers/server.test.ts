import { expect } from 'chai'
import { startServer } from './server.ts'

const shell = (script: string) => ({ program: '/bin/sh', args: ['-c', script], ready: /^ready$/ })

const faultOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: Error) => error.message,
  )

describe('a server of the peers', () => {
  it('is started when it says that it is ready, and ended with all that it has started', async () => {
    const server = await startServer(shell('echo before; sleep 1000 & echo ready; wait'))
    // Its output closes only when nobody is left who could write to it.
    await server.stop()
    expect(() => process.kill(server.pid, 0)).throw(/ESRCH/)
  })

  it('that ends before it is ready is told with its last words', async () => {
    const fault = await faultOf(startServer(shell('echo no room here; exit 3')))
    expect(fault).match(/sh has ended \(3\):\nno room here/)
  })

  it('that ends during the work makes the work fail', async () => {
    const server = await startServer(shell('echo ready; echo out of memory >&2; exit 7'))
    const fault = await faultOf(server.during(new Promise(() => {})))
    expect(fault).match(/has ended \(7\):\n(.*\n)*out of memory/)
    await server.stop()
  })
})
