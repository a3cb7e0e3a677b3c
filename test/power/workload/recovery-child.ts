/** A process that is recorded: it opens disks one after another, reads them, says what it found, and closes them. */
import { join } from 'node:path'
import { readLedger, readOutbox } from '../check-image.ts'
import { type Said, sayerTo } from '../marks.ts'

const [folder = '', marks = '', count = ''] = process.argv.slice(2)
const sayTo = sayerTo<{ image: number; said: Said }>(marks)

for (let image = 0; image < Number(count); image += 1) {
  const say = (said: Said) => sayTo({ image, said })
  const disk = join(folder, String(image))
  // One that does not open is told by the check of the image itself; the others are to be recorded all the same.
  await readLedger(join(disk, 'hub'), ({ rows }) => say({ say: 'hub found', rows: rows.compared })).catch(
    () => {},
  )
  await readOutbox(join(disk, 'outbox'), (content) => say({ say: 'outbox found', ...content })).catch(
    () => {},
  )
}
