import { expect } from 'chai'
import { QueueReader } from '../../../hub/delivery/queue-reader.ts'
import type { Entry } from '../../../hub/domain/entry.ts'
import { vendorId } from '../../../shared/ids.ts'
import { order } from '../../support/orders.ts'

const entry = (position: number): Entry => ({
  position,
  id: `event ${position}`,
  event: 'delivered',
  time: '2026-01-01T00:00:00.000Z',
  payload: order(),
})

const entries = (...positions: number[]): Entry[] => positions.map(entry)

const QUEUE = { participant: vendorId('acme', 'main'), after: 10 }

/** A queue whose reads the test answers. */
const stubbedQueue = () => {
  const reads: { after: number; limit: number; answer: (found: Entry[]) => void }[] = []
  const ledger = {
    entries: (_: unknown, from: { after: number; limit: number }) =>
      new Promise<Entry[]>((answer) => reads.push({ ...from, answer })),
  }
  return { ledger, reads }
}

describe('queue reader', () => {
  const CHUNK = 3
  let queue: ReturnType<typeof stubbedQueue>
  let reader: QueueReader
  let readable: number

  const answer = async (...positions: number[]) => {
    queue.reads.shift()!.answer(entries(...positions))
    await null
  }

  const takeAll = (): number[] => {
    const taken: number[] = []
    for (let next = reader.peek(); next !== undefined; next = reader.peek()) {
      taken.push(next.position)
      reader.shift()
    }
    return taken
  }

  beforeEach(() => {
    queue = stubbedQueue()
    readable = 0
    reader = new QueueReader(
      queue.ledger,
      { ...QUEUE, chunk: CHUNK, most: CHUNK, bytes: 1024 * 1024 },
      () => {
        readable += 1
      },
    )
  })

  /** Reads to the end of a queue that holds nothing. */
  const catchUp = async () => {
    reader.peek()
    await answer()
  }

  it('[DL1] reads in chunks from where the queue starts', async () => {
    expect(reader.peek()).to.equal(undefined)
    expect(queue.reads.map(({ after, limit }) => [after, limit])).to.deep.equal([[10, CHUNK]])
    await answer(11, 12, 13)
    expect([readable, takeAll()]).to.deep.equal([1, [11, 12, 13]])
    expect(queue.reads.map(({ after }) => after)).to.deep.equal([13])
    await answer(14)
    expect([takeAll(), queue.reads.length]).to.deep.equal([[14], 0])
  })

  it('[DL11] serves one that keeps up from memory, without a read', async () => {
    await catchUp()
    reader.appended(entries(20, 21))
    expect([takeAll(), queue.reads.length]).to.deep.equal([[20, 21], 0])
  })

  it('[DL11] reads nothing if all that lies in the queue will be announced', () => {
    const range = { ...QUEUE, chunk: CHUNK, most: CHUNK, bytes: 1024 * 1024, hasCaughtUp: true }
    reader = new QueueReader(queue.ledger, range, () => {})
    expect([takeAll(), reader.isAtEnd]).to.deep.equal([[], true])
    reader.appended(entries(20))
    expect(reader.isAtEnd).to.equal(false)
    expect([takeAll(), reader.isAtEnd, queue.reads.length]).to.deep.equal([[20], true, 0])
  })

  it('[DL11] reads on from the ledger when more comes than it holds', async () => {
    await catchUp()
    reader.appended(entries(20, 21))
    reader.appended(entries(22, 23))
    expect([takeAll(), queue.reads.map(({ after }) => after)]).to.deep.equal([[20, 21, 22], [22]])
    await answer(23)
    expect(takeAll()).to.deep.equal([23])
    reader.appended(entries(24))
    expect(takeAll()).to.deep.equal([24])
  })

  it('[DL11][DL1] reads once more from where the queue starts when something was appended during the last read', async () => {
    reader.peek()
    reader.appended(entries(20))
    await answer()
    expect([readable, takeAll(), queue.reads.map(({ after }) => after)]).to.deep.equal([1, [], [10]])
    await answer(20)
    expect(takeAll()).to.deep.equal([20])
  })

  it('[DL11] gives an entry once that a read has seen before it is announced', async () => {
    reader.peek()
    await answer(20)
    reader.appended(entries(20, 21))
    expect(takeAll()).to.deep.equal([20, 21])
  })

  it('[DL11] lets go of what was taken, also if it is never empty', async () => {
    await catchUp()
    const taken: number[] = []
    reader.appended(entries(20))
    for (let position = 21; position < 40; position += 1) {
      reader.appended(entries(position))
      taken.push(reader.peek()!.position)
      reader.shift()
    }
    expect(taken).to.deep.equal([...Array(19).keys()].map((index) => index + 20))
    expect(queue.reads).to.deep.equal([])
  })

  it('[DL11] asks for one read at a time', () => {
    reader.peek()
    reader.peek()
    expect(queue.reads).to.have.lengthOf(1)
  })

  describe('of large events', () => {
    const large = (position: number): Entry => ({
      ...entry(position),
      payload: order('order-1', { details: { text: 'x'.repeat(8000), more: 'x'.repeat(2000) } }),
    })

    beforeEach(() => {
      const range = { ...QUEUE, chunk: 100, most: 100, bytes: 64 * 1024 }
      reader = new QueueReader(queue.ledger, range, () => {})
    })

    it('[DL11] reads first what fits if all are as large as they may be, and then what fits if all are as those', async () => {
      reader.peek()
      expect(queue.reads.map(({ limit }) => limit)).to.deep.equal([3])
      queue.reads.shift()!.answer([large(11), large(12), large(13)])
      await null
      expect(takeAll()).to.deep.equal([11, 12, 13])
      expect(queue.reads.map(({ after, limit }) => [after, limit])).to.deep.equal([[13, 6]])
    })

    it('[DL11] reads them from the ledger when more bytes come than it holds', async () => {
      await catchUp()
      for (let position = 20; position < 40; position += 1) reader.appended([large(position)])
      expect(takeAll()).to.deep.equal([20, 21, 22, 23, 24, 25])
      expect(queue.reads.map(({ after }) => after)).to.deep.equal([25])
    })

    it('[DL11] reads one at a time that is larger than all that it holds', () => {
      const range = { ...QUEUE, chunk: 100, most: 100, bytes: 1000 }
      new QueueReader(queue.ledger, range, () => {}).peek()
      expect(queue.reads.map(({ limit }) => limit)).to.deep.equal([1])
    })
  })
})
