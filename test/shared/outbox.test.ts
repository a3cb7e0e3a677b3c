import { MemoryLevel } from 'memory-level'
import { openLevelOutbox } from '../../shared/outbox/level-outbox.ts'
import { createMemoryOutbox } from '../../shared/outbox/memory-outbox.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { describeOutbox } from './outbox-contract.ts'

const participant = 'vendor/acme/main'

describeOutbox('in memory', async () => createMemoryOutbox())

describeOutbox('on disk', () => openLevelOutbox({ folder: temporaryFolder(), participant }))

describeOutbox('LevelDB in memory', () =>
  openLevelOutbox({
    folder: 'memory',
    participant,
    database: new MemoryLevel<string, string>({ storeEncoding: 'utf8' }),
  }),
)
