import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { eventOf } from '../support/waiting.ts'

const write = (root: string, name: string, content: string): void => {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), content)
}

/** In the compiler's place: fails if a source says so, else writes what a source says, and a mark for each of its runs. */
const COMPILER = `
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
const source = readFileSync('bin/main.ts', 'utf8')
appendFileSync('runs', 'x')
if (source === 'fault') { console.log('bin/main.ts(1,1): error'); process.exit(2) }
const target = process.argv[process.argv.indexOf('--outDir') + 1]
mkdirSync(target, { recursive: true })
writeFileSync(target + '/main.js', source)
`

/** In vite's place, as the compiler above. */
const BUNDLER = `
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
const source = readFileSync('hub/page/main.tsx', 'utf8')
appendFileSync('page-runs', 'x')
if (source === 'fault') { console.error('main.tsx: no'); process.exit(1) }
const target = process.argv[process.argv.indexOf('--outDir') + 1]
mkdirSync(target, { recursive: true })
writeFileSync(target + '/index.html', source)
`

const createRoot = (): string => {
  const root = temporaryFolder()
  for (const folder of ['hub', 'vendor', 'driver', 'shared']) mkdirSync(join(root, folder))
  for (const name of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json']) write(root, name, '{}')
  write(root, 'package.json', '{ "type": "module" }')
  write(root, 'node_modules/typescript/bin/tsc', COMPILER)
  write(root, 'node_modules/typescript/package.json', '{ "type": "module" }')
  write(root, 'bin/main.ts', 'first')
  cpSync('bin/build.js', join(root, 'bin/build.js'))
  return root
}

const withPage = (root: string): string => {
  write(root, 'hub/page/main.tsx', 'first page')
  write(root, 'shared/ids.ts', '')
  write(root, 'shared/watch.ts', '')
  write(root, 'node_modules/vite/bin/vite.js', BUNDLER)
  write(root, 'node_modules/vite/package.json', '{ "type": "module" }')
  return root
}

const build = async (root: string): Promise<{ code: number | null; told: string }> => {
  const child = spawn(process.execPath, [join(root, 'bin/build.js')], {
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const [told, [code]] = await Promise.all([text(child.stderr), eventOf<[number | null]>(child, 'close')])
  return { code, told }
}

const OK = { code: 0, told: '' }
const built = (root: string): string => readFileSync(join(root, 'dist/main.js'), 'utf8')
const builtPage = (root: string): string => readFileSync(join(root, 'dist/page/index.html'), 'utf8')
const runs = (root: string, name = 'runs'): number => readFileSync(join(root, name), 'utf8').length
const bothRuns = (root: string): number[] => [runs(root), runs(root, 'page-runs')]

describe('build', () => {
  it('[PG4] builds what is not there, and nothing again until a source changes', async () => {
    const root = createRoot()
    expect(await build(root)).to.deep.equal(OK)
    expect(await build(root)).to.deep.equal(OK)
    expect([built(root), runs(root)]).to.deep.equal(['first', 1])
    write(root, 'bin/main.ts', 'second source')
    expect(await build(root)).to.deep.equal(OK)
    expect([built(root), runs(root)]).to.deep.equal(['second source', 2])
  })

  it('[PG4] builds again when a source has gone or come', async () => {
    const root = createRoot()
    write(root, 'hub/more.ts', '')
    await build(root)
    rmSync(join(root, 'hub/more.ts'))
    await build(root)
    write(root, 'shared/link/more.ts', '')
    await build(root)
    expect(runs(root)).to.equal(3)
  })

  it('[PG4] builds once when several processes start together', async () => {
    const root = createRoot()
    const ends = await Promise.all(Array.from({ length: 4 }, () => build(root)))
    expect(ends).to.deep.equal([OK, OK, OK, OK])
    expect([built(root), runs(root)]).to.deep.equal(['first', 1])
  })

  it('[PG4] prints what the compiler says, exits with 1 and leaves the last dist as it was', async () => {
    const root = createRoot()
    await build(root)
    write(root, 'bin/main.ts', 'fault')
    const { code, told } = await build(root)
    expect(code).to.equal(1)
    expect(told).to.equal('CAPS does not compile:\nbin/main.ts(1,1): error\n')
    expect(built(root)).to.equal('first')
    expect(readdirSync(root).filter((name) => name.startsWith('dist'))).to.deep.equal(['dist'])
  })

  it('[PG4] takes over from a builder that was killed', async () => {
    const root = createRoot()
    // No process has this number: it is above what systems give.
    write(root, 'dist.lock/pid', '999999999')
    expect(await build(root)).to.deep.equal(OK)
    expect(built(root)).to.equal('first')
  })

  it('[PG4] builds the page when its sources change, and the programs when theirs do', async () => {
    const root = withPage(createRoot())
    expect(await build(root)).to.deep.equal(OK)
    expect([built(root), builtPage(root), ...bothRuns(root)]).to.deep.equal(['first', 'first page', 1, 1])
    expect(await build(root)).to.deep.equal(OK)
    expect(bothRuns(root)).to.deep.equal([1, 1])
    write(root, 'hub/page/main.tsx', 'second page')
    await build(root)
    expect([built(root), builtPage(root), ...bothRuns(root)]).to.deep.equal(['first', 'second page', 1, 2])
    write(root, 'bin/main.ts', 'second source')
    await build(root)
    expect([built(root), builtPage(root), ...bothRuns(root)]).to.deep.equal([
      'second source',
      'second page',
      2,
      2,
    ])
    write(root, 'shared/watch.ts', '// Both are made of it.')
    await build(root)
    expect(bothRuns(root)).to.deep.equal([3, 3])
  })

  it('[PG4] prints why the page does not build, and leaves the last dist as it was', async () => {
    const root = withPage(createRoot())
    await build(root)
    write(root, 'hub/page/main.tsx', 'fault')
    expect(await build(root)).to.deep.equal({ code: 1, told: 'The page does not build:\nmain.tsx: no\n' })
    expect([built(root), builtPage(root)]).to.deep.equal(['first', 'first page'])
  })

  it('[PG4] does nothing in an installed package', async () => {
    const root = createRoot()
    rmSync(join(root, 'tsconfig.build.json'))
    expect(await build(root)).to.deep.equal(OK)
    expect(existsSync(join(root, 'dist'))).to.equal(false)
  })
})
