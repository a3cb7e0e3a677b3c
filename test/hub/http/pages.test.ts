import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { type PageParts, pagesListener, VIEW_ADDRESSES } from '../../../hub/http/pages.ts'
import { atEndOfTest } from '../../support/cleanup.ts'
import { askHttp } from '../../support/http.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { eventOf } from '../../support/waiting.ts'

/** What the build leaves, in small. */
const buildPage = (folder: string, name = 'index-abc.js'): void => {
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'index.html'), `<script src="/assets/${name}"></script>`)
  writeFileSync(join(folder, 'assets', name), 'a script')
  writeFileSync(join(folder, 'assets', `${name}.gz`), gzipSync('a script'))
}

const serve = async (parts: Partial<PageParts> & { folder: string }): Promise<number> => {
  const all = { isAllowed: () => true, refused: () => {}, ...parts }
  const listener = pagesListener(all, (_, response) => response.writeHead(404).end('otherwise'))
  const server = createServer(listener).listen(0, '127.0.0.1')
  atEndOfTest(() => server.close())
  await eventOf(server, 'listening')
  return (server.address() as AddressInfo).port
}

const servePage = async (): Promise<{ port: number; folder: string }> => {
  const folder = temporaryFolder()
  buildPage(folder)
  return { port: await serve({ folder }), folder }
}

const DOCUMENT = '<script src="/assets/index-abc.js"></script>'

describe('the page over HTTP', () => {
  it('[PA2] is there at the address of every view, and looked for anew each time', async () => {
    const { port } = await servePage()
    for (const pattern of VIEW_ADDRESSES) {
      const { status, headers, body } = await askHttp(port, `${pattern.replaceAll(':', '')}?state=waiting`)
      expect([pattern, status, body]).to.deep.equal([pattern, 200, DOCUMENT])
      expect(headers['content-type']).to.equal('text/html;charset=utf-8')
      expect(headers['cache-control']).to.contain('must-revalidate')
    }
  })

  it('[PA2] has files that may be kept for ever, compressed for who takes them so', async () => {
    const { port } = await servePage()
    const { body, headers } = await askHttp(port, '/assets/index-abc.js')
    expect([body, headers['cache-control']]).to.deep.equal(['a script', 'public,max-age=31536000,immutable'])
    expect(headers['content-type']).to.equal('text/javascript')
    const packed = await askHttp(port, '/assets/index-abc.js', { headers: { 'accept-encoding': 'gzip' } })
    expect(packed.headers['content-encoding']).to.equal('gzip')
  })

  it('[PA2] leaves all else to others, and gives nothing that is beside it', async () => {
    const { port, folder } = await servePage()
    writeFileSync(join(folder, 'secret.json'), '{}')
    for (const path of [
      '/api/orders/a/b',
      '/secret.json',
      '/index.html',
      '/orders/a',
      '/queues/b/c',
      '//',
      '/map/',
    ])
      expect((await askHttp(port, path)).body, path).to.equal('otherwise')
    expect((await askHttp(port, '/', { method: 'POST' })).body).to.equal('otherwise')
    for (const path of [
      '/assets/../secret.json',
      '/assets/%2e%2e/secret.json',
      '/assets/none.js',
      '/assets/',
    ])
      expect((await askHttp(port, path)).status, path).to.equal(404)
  })

  it('[PA12] may load its own files, talk to its own host, and be shown nowhere else', async () => {
    const { port } = await servePage()
    for (const path of ['/map', '/assets/index-abc.js']) {
      const { headers } = await askHttp(port, path, { headers: { host: 'localhost:3001' } })
      expect(headers['content-security-policy']).to.equal(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
          "connect-src 'self' ws://localhost:3001 wss://localhost:3001; " +
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      )
      expect(headers['x-content-type-options']).to.equal('nosniff')
      expect(headers['referrer-policy']).to.equal('no-referrer')
    }
  })

  it('[PA12] is refused to whoever asks for another host', async () => {
    const folder = temporaryFolder()
    buildPage(folder)
    const refused: string[] = []
    const port = await serve({
      folder,
      isAllowed: ({ host }) => host !== 'evil.example',
      refused: (code) => refused.push(code),
    })
    const { status, body } = await askHttp(port, '/', { headers: { host: 'evil.example' } })
    expect([status, (body as { code: string }).code]).to.deep.equal([403, 'foreign-origin'])
    expect(refused).to.deep.equal(['foreign-origin'])
    expect((await askHttp(port, '/')).status).to.equal(200)
  })

  it('[PA13] says in plain words that it was not built, until it is', async () => {
    const folder = temporaryFolder()
    const port = await serve({ folder })
    const { status, headers, body } = await askHttp(port, '/queues')
    expect([status, headers['content-type']]).to.deep.equal([503, 'text/plain; charset=utf-8'])
    expect(body).to.match(/^The page is not built\. Run `npm run build`/)
    buildPage(folder)
    expect((await askHttp(port, '/queues')).body).to.equal(DOCUMENT)
  })

  it('[PA13] is the new one when it is built anew while the hub runs', async () => {
    const { port, folder } = await servePage()
    await askHttp(port, '/')
    rmSync(join(folder, 'assets'), { recursive: true })
    buildPage(folder, 'index-defgh.js')
    utimesSync(join(folder, 'index.html'), 1, 1)
    expect((await askHttp(port, '/')).body).to.contain('index-defgh.js')
    expect((await askHttp(port, '/assets/index-defgh.js')).body).to.equal('a script')
  })

  it('[PA14] survives files that have gone and ranges that make no sense', async () => {
    const { port, folder } = await servePage()
    for (const range of ['bytes=5-2', 'bytes=9999999-', 'bytes=-', 'nonsense'])
      expect((await askHttp(port, '/', { headers: { range } })).status, range).to.equal(200)
    rmSync(join(folder, 'assets'), { recursive: true })
    const broken = await askHttp(port, '/assets/index-abc.js').then(
      () => 'whole',
      () => 'broken off',
    )
    expect(broken).to.equal('broken off')
    expect((await askHttp(port, '/')).status).to.equal(200)
  })
})
