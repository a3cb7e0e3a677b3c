/** One life of an outbox on disk: items are added, confirmed, failed, as the seed says, and its owner's progress is saved. */
import { type LevelOutbox, openLevelOutbox } from '../../../shared/outbox/level-outbox.ts'
import { outboxDatabaseAt } from '../../../shared/outbox/outbox-folder.ts'
import { order } from '../../support/orders.ts'
import type { Seeded } from '../../support/seeded.ts'
import type { Sayer } from '../marks.ts'

const SMALL_BUFFER = 64 * 1024
export const OUTBOX_OWNER = 'vendor/acme/main'

export interface OutboxLifeOptions {
  readonly folder: string
  readonly say: Sayer
  readonly rng: Seeded
  /** Numbers of this life's items are above `life` thousand. */
  readonly life: number
}

class Life {
  readonly #options: OutboxLifeOptions
  readonly #outbox: LevelOutbox
  readonly #stored: { readonly number: number; readonly payload: ReturnType<typeof order> }[] = []
  #last: number

  constructor(options: OutboxLifeOptions, outbox: LevelOutbox) {
    this.#options = options
    this.#outbox = outbox
    this.#last = options.life * 1000
  }

  /** Items of one turn. Resolves when they are stored. */
  turn(): Promise<unknown> {
    const { rng } = this.#options
    // Not as soon as they are stored: until now they are owed, and a cut must not lose them.
    for (const item of this.#stored.splice(0)) this.#end(item.number, item.payload)
    const added = Array.from({ length: rng.whole(1, 4) }, () => this.#add())
    if (rng.whole(1, 2) === 1) this.#saveProgress()
    return Promise.all(added)
  }

  #saveProgress(): void {
    this.#options.say({ say: 'progress', progress: this.#last })
    this.#outbox.saveProgress(this.#last)
  }

  #add(): Promise<void> {
    const { rng, say } = this.#options
    this.#last += 1
    const details = { note: 'y'.repeat(rng.oneOf([0, 200, 4000])) }
    const payload = order(`o-${this.#last}`, { details })
    const item = { number: this.#last, text: JSON.stringify({ event: 'pickup', payload }) }
    say({ say: 'added', item })
    return new Promise((resolve) => {
      this.#outbox.add(item, () => {
        say({ say: 'stored', number: item.number })
        this.#stored.push({ number: item.number, payload })
        resolve()
      })
    })
  }

  #end(number: number, payload: ReturnType<typeof order>): void {
    const { rng, say } = this.#options
    const fate = rng.whole(1, 10)
    if (fate === 1) return
    if (fate === 2) {
      const failed = { event: 'pickup', payload, code: 'identity-conflict', message: `no ${number}` } as const
      say({ say: 'failed', number, failed })
      this.#outbox.fail(number, failed)
    } else {
      say({ say: 'released', number })
      this.#outbox.confirm([number])
    }
  }

  close(): Promise<void> {
    return this.#outbox.close()
  }
}

export const beginOutboxLife = async (options: OutboxLifeOptions): Promise<Life> => {
  const { folder, say } = options
  const database = outboxDatabaseAt(folder, SMALL_BUFFER)
  const outbox = await openLevelOutbox({ folder, participant: OUTBOX_OWNER, database })
  say({
    say: 'outbox found',
    pending: outbox.pending(),
    failed: outbox.failed(),
    progress: outbox.progress(),
  })
  return new Life(options, outbox)
}
