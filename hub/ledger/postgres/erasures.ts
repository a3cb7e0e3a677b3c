/**
 * Orders that other hubs have erased. Whoever erases one writes that down and tells all hubs in the same step; a hub that is told of anything reads what is new before it decides again, so that nothing is written whole that was decided before [PQ28]. One that starts reads all that is
 * kept, a day's: an order may just be being searched.
 */
import type { OrderKey } from '../../../shared/ids.ts'
import type { Erasure } from '../../domain/erasure.ts'
import type { Erased } from '../hubs.ts'
import type { Connection } from './connection.ts'

interface Written {
  readonly eventIds: readonly string[]
  readonly time: string
}

export const erasureText = ({ eventIds, time }: Erasure): string =>
  JSON.stringify({ eventIds: [...eventIds], time } satisfies Written)

const erasureIn = (text: string): Erasure => {
  const { eventIds, time } = JSON.parse(text) as Written
  return { eventIds: new Set(eventIds), time }
}

/** Hubs that erase wait for each other, so that numbers come in their order. */
const NEW = 'SELECT number, key, erasure FROM caps.erasures WHERE number > $1::int8 ORDER BY number'

export class ErasuresHeard {
  /** The last that was read. */
  #last = 0

  /** @returns those that have come since */
  async read(connection: Connection): Promise<Erased[]> {
    const rows = await connection.run<[number: number, order: OrderKey, text: string]>('bell', {
      ...{ name: 'erasures', text: NEW, values: [this.#last] },
    })
    this.#last = rows.at(-1)?.[0] ?? this.#last
    return rows.map(([, order, text]) => ({ order, erasure: erasureIn(text) }))
  }
}
