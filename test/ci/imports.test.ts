import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { importFaults } from '../../.ci/imports.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Faults of a made-up tree, given as text by path. */
const faultsOf = (tree: Readonly<Record<string, string>>) =>
  importFaults(Object.entries(tree).map(([path, text]) => ({ path, text })))

const importing = (specifier: string, what = '{ x }') => `import ${what} from '${specifier}'\n`

describe('check of imports', () => {
  it('[CK5] is content with imports that run one way', () => {
    const tree = {
      'shared/ids.ts': importing('node:fs'),
      'shared/log.ts': importing('./ids.ts') + importing('pino'),
      'hub/domain/order.ts': importing('../../shared/ids.ts'),
      'hub/intake/intake.ts': importing('../domain/order.ts', 'type { x }'),
      'hub/ledger/ledger.ts': importing('../intake/intake.ts', 'type { x }'),
      'hub/main.ts': importing('./ledger/ledger.ts') + importing('./intake/intake.ts'),
      'vendor/main.ts': importing('../shared/log.ts'),
      'bin/main.ts': importing('../vendor/main.ts') + importing('../package.json'),
    }
    expect(faultsOf(tree)).to.deep.equal([])
  })

  const AGAINST: readonly (readonly [from: string, to: string, what: string])[] = [
    ['shared/log.ts', 'hub/config.ts', '{ x }'],
    ['vendor/vendor.ts', 'driver/driver.ts', 'type { x }'],
    ['driver/driver.ts', 'hub/domain/order.ts', '{ x }'],
    ['hub/domain/order.ts', 'hub/intake/ports.ts', 'type { x }'],
    ['hub/intake/intake.ts', 'hub/delivery/window.ts', 'type { x }'],
    ['hub/sessions/sessions.ts', 'hub/ledger/open.ts', '{ x }'],
    ['hub/upkeep/upkeep.ts', 'hub/sockets/outlet.ts', 'type { x }'],
    ['hub/ledger/open.ts', 'hub/intake/ports.ts', '{ x }'],
    ['hub/ledger/open.ts', 'hub/sockets/outlet.ts', 'type { x }'],
    ['hub/sockets/outlet.ts', 'hub/delivery/window.ts', '{ type x }'],
    ['hub/sockets/outlet.ts', 'vendor/vendor.ts', 'type { x }'],
    ['hub/main.ts', 'driver/driver.ts', '{ x }'],
    ['hub/disk.ts', 'hub/ledger/open.ts', 'type { x }'],
  ]
  for (const [from, to, what] of AGAINST)
    it(`[CK5] complains when ${from} imports ${what} from ${to}, naming file, import and rule`, () => {
      const specifier = `${'../'.repeat(from.split('/').length - 1)}${to}`
      const faults = faultsOf({ [from]: importing(specifier, what), [to]: '' })
      expect(faults).to.have.length(1)
      expect(faults[0]).to.match(new RegExp(`^${from} imports ${specifier}: .* may import only `))
    })

  it('[CK5] reads every form of import, over several lines too', () => {
    const forms = {
      several: "import {\n  a,\n  type b,\n} from '../hub/hub.ts'",
      all: "import * as hub from '../hub/hub.ts'",
      mixed: "import a, { b } from '../hub/hub.ts'",
      types: "import type {\n  A\n} from '../hub/hub.ts'",
      effect: "import '../hub/hub.ts'",
      later: `const x = await ${'import'}('../hub/hub.ts')`,
      old: `const x = ${'require'}("../hub/hub.ts")`,
      follows: "export type A = number\nimport { b } from '../hub/hub.ts'",
    }
    for (const [name, text] of Object.entries(forms))
      expect(faultsOf({ 'shared/a.ts': text, 'hub/hub.ts': '' }), name).to.have.length(1)
  })

  it('[CK5] does not take a comment for an import', () => {
    const comment = `// ${importing('../hub/hub.ts')}/**\n * ${importing('../hub/hub.ts')} */\n/*\n${importing('../hub/hub.ts')}*/`
    expect(faultsOf({ 'shared/a.ts': comment, 'hub/hub.ts': '' })).to.deep.equal([])
  })

  it('[CK6] complains about a package outside its folder, types too', () => {
    const text =
      importing('socket.io', 'type { Server }') +
      importing('socket.io-client') +
      importing('classic-level') +
      importing('memory-level')
    expect(faultsOf({ 'hub/hub.ts': text })).to.have.length(4)
    expect(faultsOf({ 'hub/hub.ts': importing('socket.io') })).to.deep.equal([
      'hub/hub.ts imports socket.io: socket.io may be imported only in hub/sockets/, test/, examples/',
    ])
    expect(faultsOf({ 'hub/sockets/outlet.ts': importing('socket.io/dist/typed-events') })).to.deep.equal([])
  })

  it('[CK7] complains about a circle, one of types too', () => {
    const tree = {
      'shared/a.ts': importing('./b.ts'),
      'shared/b.ts': importing('./c.ts', 'type { x }'),
      'shared/c.ts': `const later = () => ${'import'}('./a.ts')`,
      'shared/d.ts': importing('./a.ts'),
    }
    expect(faultsOf(tree)).to.deep.equal([
      'a circle of imports: shared/a.ts -> shared/b.ts -> shared/c.ts -> shared/a.ts',
    ])
  })

  it('[CK8] complains about files that export what others declare, the link library excepted', () => {
    const text = "export type { A } from './a.ts'\nexport * from './a.ts'\nexport { b } from './a.ts'\n"
    const tree = { 'shared/link/a.ts': '', 'shared/link/index.ts': text, 'shared/link/all.ts': text }
    expect(faultsOf(tree)).to.have.length(3)
    expect(faultsOf({ 'hub/domain/index.ts': '' })).to.have.length(1)
  })

  it('[CK9] complains about process.env outside configuration', () => {
    const text = 'const port = process.env.CAPS_PORT\n'
    const tree = {
      'hub/config.ts': text,
      'vendor/main.ts': text,
      'bin/all.ts': text,
      'shared/settings.ts': `/** Not from process.env. */\n`,
      'hub/hub.ts': text,
    }
    expect(faultsOf(tree)).to.deep.equal([
      'hub/hub.ts reads process.env: only config.ts, main.ts and bin/ may',
    ])
  })

  it('[CK10] complains about what the tables do not cover and about files that are not there', () => {
    expect(faultsOf({ 'tools/a.ts': importing('../shared/a.ts'), 'shared/a.ts': '' })[0]).to.match(/no row/)
    expect(faultsOf({ 'vendor/a.ts': importing('../dist/b.js') })[0]).to.match(/no such file/)
    expect(faultsOf({ 'bin/a.js': importing('../dist/b.js') })).to.deep.equal([])
    expect(faultsOf({ 'shared/a.ts': importing('./b.js'), 'shared/b.ts': '' })[0]).to.match(/no such file/)
  })

  it('[CK11] ends with exit code 1 and a readable list when something is wrong', () => {
    const root = temporaryFolder()
    mkdirSync(join(root, 'shared'))
    const check = () =>
      spawnSync(process.execPath, ['--import', 'tsx', '.ci/check-imports.ts', root], { encoding: 'utf8' })
    writeFileSync(join(root, 'shared/a.ts'), importing('./a.ts'))
    expect(check()).to.include({ status: 1, stderr: '  a circle of imports: shared/a.ts -> shared/a.ts\n' })
    writeFileSync(join(root, 'shared/a.ts'), '')
    expect(check()).to.include({ status: 0, stderr: '' })
  })
})
