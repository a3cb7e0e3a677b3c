import { expect } from 'chai'
import fc from 'fast-check'
import { newParticipant, type ParticipantRecord } from '../../../hub/domain/participant.ts'
import { Census, type ParticipantChange } from '../../../hub/watch/census.ts'
import type { ParticipantId } from '../../../shared/ids.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const idOf = (number: number) => `driver/${String(number).padStart(5, '0')}` as ParticipantId

/** Books of all participants, of which pages are read slowly: what changes meanwhile may be in a page or not. */
class Books {
  readonly rows = new Map<ParticipantId, ParticipantRecord>()
  readonly clock = createManualClock()
  readonly seen = new Map<ParticipantId, number>()
  sum = 0
  readonly census: Census
  #reading: { resolve: () => void } | null = null

  constructor(count: number) {
    for (let number = 0; number < count; number += 1)
      this.rows.set(idOf(number), { ...newParticipant(idOf(number), 0), queued: 1 })
    this.census = new Census({
      clock: this.clock,
      participants: (after, limit) => this.#page(after, limit),
      seen: ({ before, after }) => {
        this.sum += (after?.queued ?? 0) - (before?.queued ?? 0)
      },
    })
  }

  #page(after: string, limit: number): Promise<ParticipantRecord[]> {
    const rows = [...this.rows.values()].filter(({ id }) => id > after).sort((a, b) => (a.id < b.id ? -1 : 1))
    const page = rows.slice(0, limit)
    return new Promise((resolve) => {
      this.#reading = { resolve: () => resolve(page) }
    })
  }

  /** The page that is read arrives. */
  async arrive(): Promise<void> {
    this.#reading?.resolve()
    this.#reading = null
    await this.clock.settle()
  }

  async pause(): Promise<void> {
    await this.clock.advanceAsync(1000)
  }

  change(number: number, queued: number | null): void {
    const key = idOf(number)
    const before = this.rows.get(key) ?? null
    const after = queued === null ? null : { ...newParticipant(key, 0), queued }
    if (after === null) this.rows.delete(key)
    else this.rows.set(key, after)
    this.census.committed([{ key, before, after } satisfies ParticipantChange])
  }

  get trueSum(): number {
    return [...this.rows.values()].reduce((sum, { queued }) => sum + queued, 0)
  }
}

describe('census of participants', () => {
  it('[WA16] has seen everybody once at its end, whatever has changed meanwhile and whenever', async () => {
    const change = fc.tuple(fc.integer({ min: 0, max: 1700 }), fc.option(fc.integer({ min: 0, max: 9 })))
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: change.map(([number, queued]) => ({ kind: 'change' as const, number, queued })),
      },
      fc.constant({ kind: 'arrive' as const }),
      fc.constant({ kind: 'pause' as const }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const books = new Books(1600)
        books.census.start()
        for (const one of steps) {
          if (one.kind === 'change') books.change(one.number, one.queued)
          else await books[one.kind]()
        }
        for (let pages = 0; !books.census.isDone && pages < 10; pages += 1) {
          await books.arrive()
          await books.pause()
        }
        expect(books.census.isDone).to.equal(true)
        expect(books.sum).to.equal(books.trueSum)
        books.change(3, 100)
        expect(books.sum).to.equal(books.trueSum)
      }),
      { numRuns: 40 },
    )
  })

  it('[WA16] reads no more when it is stopped', async () => {
    const books = new Books(1600)
    books.census.start()
    books.census.stop()
    await books.arrive()
    expect([books.sum, books.census.isDone]).to.deep.equal([0, false])
  })
})
