import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'

/** Of what was built: `npm test` builds first. */
const BUILT = fileURLToPath(new URL('../../dist/page', import.meta.url))
const MOST_BYTES = 80 * 1024

const files = (): { name: string; content: Buffer }[] =>
  readdirSync(BUILT, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:js|css|html|svg)$/.test(name))
    .map((name) => ({ name, content: readFileSync(`${BUILT}/${name}`) }))

/** Names that mean something else than where to load from. */
const HARMLESS = /^(?:www\.w3\.org|react\.dev|github\.com|socket\.io)$/

describe('the built page', () => {
  it('[PA15] takes at most 80 KiB, compressed', function () {
    const sizes = files().map(({ name, content }) => [name, gzipSync(content, { level: 9 }).length] as const)
    const total = sizes.reduce((sum, [, size]) => sum + size, 0)
    this.test!.title += ` (${(total / 1024).toFixed(1)} KiB)`
    expect(sizes.length).to.be.at.least(3)
    expect(total, JSON.stringify(sizes)).to.be.at.most(MOST_BYTES)
  })

  it('[PA15] names no other host, and has no script or style in the document', () => {
    for (const { name, content } of files())
      for (const [, host = ''] of content.toString().matchAll(/https?:\/\/([\w.-]+)/g))
        expect(host, name).to.match(HARMLESS)
    const document = readFileSync(`${BUILT}/index.html`, 'utf8')
    expect(document).not.to.match(/<style|style=|<script[^>]*>[^<]|\bon\w+=/)
    expect(document).to.match(/src="\/assets\/index-[\w-]+\.js"/)
  })
})
