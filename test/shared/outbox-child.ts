/** A process that stores three items, says so, and waits to be killed. */
import { openLevelOutbox } from '../../shared/outbox/level-outbox.ts'
import { addAll, item } from './outbox-contract.ts'

const [folder = '', participant = ''] = process.argv.slice(2)
const outbox = await openLevelOutbox({ folder, participant })
const stored = addAll(outbox, [item(1), item(2), item(3)])
outbox.saveProgress(3)
await stored
process.stdout.write('stored 3')
process.stdin.resume()
