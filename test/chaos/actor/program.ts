/** The actor's program, compiled once a run: an actor is started hundreds of times, and compiling it each time would cost more than all the rest of its start. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Fault } from '../../../shared/fault.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')

/** Only what it imports at run time is of use; `check:types` has checked it all. */
const configuration = (folder: string) => ({
  extends: join(ROOT, 'tsconfig.json'),
  compilerOptions: { noEmit: false, noCheck: true, rootDir: ROOT, outDir: folder, types: [] },
  files: [join(ROOT, 'test/chaos/actor/main.ts')],
  include: [],
})

/** @returns the path of the program, below `folder` @throws Fault `configuration` with what the compiler says */
export const compileActor = (folder: string): string => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configuration(folder)))
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMPILER, '-p', folder], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Fault('configuration', `The actors cannot be compiled:\n${stdout}${stderr}`)
  return join(folder, 'test/chaos/actor/main.js')
}
