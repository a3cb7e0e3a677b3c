/** A process that is recorded: a hub and an outbox at work until so many pieces of work are decided; then it closes them, or is killed with more under way. */
import { join } from 'node:path'
import { seeded } from '../../support/seeded.ts'
import { sayerTo } from '../marks.ts'
import { beginHubLife } from './hub-life.ts'
import { beginOutboxLife } from './outbox-life.ts'

const [folder = '', marks = '', seed = '', life = '', work = '', ending = ''] = process.argv.slice(2)
const say = sayerTo(marks)
const number = Number(life)
const rng = seeded(Number(seed) * 100 + number)

const hub = await beginHubLife({ folder: join(folder, 'hub'), say, rng, life: number })
const outbox = await beginOutboxLife({
  folder: join(folder, 'outbox'),
  say,
  rng: seeded(Number(seed) * 100 + 50 + number),
  life: number,
})
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < Number(work) / 10; turn += 1) await outbox.turn()
}
const running = turns()
await hub.after(Number(work))
if (ending === 'kill') process.kill(process.pid, 'SIGKILL')
await running
await Promise.all([hub.close(), outbox.close()])
