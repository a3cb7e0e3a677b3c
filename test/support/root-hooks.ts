import sinon from 'sinon'
import { closeAll } from './cleanup.ts'
import { endPostgres } from './postgres.ts'
import { beginTestFolders, endRunFolders, endTestFolders } from './temporary-folder.ts'
import { beginTest } from './waiting.ts'

export const mochaHooks = {
  beforeEach(this: Mocha.Context) {
    beginTestFolders()
    beginTest(this.currentTest)
  },
  async afterEach() {
    // Before the stubs go: what is open may still use them.
    await closeAll()
    sinon.restore()
    beginTest(undefined)
    await endTestFolders()
  },
  async afterAll() {
    await endPostgres()
    await endRunFolders()
  },
}
