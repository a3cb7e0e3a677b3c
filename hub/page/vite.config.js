/** How the page is built: `bin/build.js` names the folder that it goes to. Everything that a browser loads is a file with a hash in its name, besides index.html. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { defineConfig } from 'vite'

/** Beside each file, itself compressed: the hub compresses nothing while it is asked. */
const compressed = {
  name: 'compressed',
  writeBundle({ dir }, files) {
    for (const name of Object.keys(files)) {
      const path = join(dir, name)
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }))
    }
  },
}

export default defineConfig({
  base: '/',
  publicDir: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [compressed],
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // No script or image in the document itself: the hub's Content-Security-Policy has no room for one.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    reportCompressedSize: false,
  },
})
