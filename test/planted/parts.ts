/**
 * The unit tests of each part of the hub: what a plant in it names, so that a rule's tests are compared with all that could notice. Models are left out: they are the net below the
 * rules, and catch nearly everything.
 */
import { readdirSync } from 'node:fs'

const unitTestsOf = (folder: string): readonly string[] =>
  readdirSync(new URL(`../hub/${folder}`, import.meta.url))
    .filter((name) => name.endsWith('.test.ts') && !name.endsWith('-model.test.ts'))
    .map((name) => `test/hub/${folder}/${name}`)
    .sort()

export const DOMAIN = unitTestsOf('domain')
export const INTAKE = unitTestsOf('intake')
export const LEDGER = unitTestsOf('ledger')
/** Without the contract suite, which takes a minute. */
export const POSTGRES = unitTestsOf('ledger/postgres').filter((file) => !file.includes('postgres-ledger'))
export const DELIVERY = unitTestsOf('delivery')
export const SESSIONS = unitTestsOf('sessions')
export const UPKEEP = unitTestsOf('upkeep')
export const ACCESS = unitTestsOf('access')
export const SOCKETS = unitTestsOf('sockets')
export const LISTS = unitTestsOf('watch/lists')
export const PAGE = unitTestsOf('page')
export const HTTP = unitTestsOf('http')
