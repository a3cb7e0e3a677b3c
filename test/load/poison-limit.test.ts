import { expect } from 'chai'
import type { HandedEvent } from '../../shared/protocol.ts'
import { order } from '../support/orders.ts'
import { keysOf, PoisonBook } from './poison-limit.ts'

const handed = (event: HandedEvent['event'], number: number, attempt = 1): HandedEvent => ({
  id: `${event} ${number}`,
  event,
  time: '2026-01-01T00:00:00.000Z',
  payload: order(`order-${number}`),
  entry: 'e',
  attempt,
})

describe('the book of a handler that fails', () => {
  const POISONED = 0
  const HEALTHY = 1

  const rejectAt = (book: PoisonBook, ...attempts: number[]) => {
    for (const attempt of attempts)
      expect(() => book.handle(handed('in-transit', POISONED, attempt))).to.throw('poison')
  }

  it('finds an event exact that came at every attempt up to the limit, some of them twice', () => {
    const book = new PoisonBook()
    rejectAt(book, 1, 2, 2, 3)
    expect([book.exact(3), book.rejections]).to.deep.equal([1, 4])
  })

  it('finds an event not exact that came once more than the limit, once less, or not at an attempt', () => {
    for (const attempts of [
      [1, 2, 3, 4],
      [1, 2],
      [1, 2, 4],
      [2, 3],
    ]) {
      const book = new PoisonBook()
      rejectAt(book, ...attempts)
      expect(book.exact(3), attempts.join()).to.equal(0)
    }
  })

  it('counts what was handled once, and not what never or twice', () => {
    const book = new PoisonBook()
    const keys = keysOf(2, 'healthy')
    expect(keys).to.deep.equal(['in-transit order-1', 'delivered order-1'])
    book.handle(handed('in-transit', HEALTHY))
    expect(book.handledOnce(keys)).to.equal(1)
    book.handle(handed('delivered', HEALTHY))
    expect(book.handledOnce(keys)).to.equal(2)
    book.handle(handed('delivered', HEALTHY))
    expect(book.handledOnce(keys)).to.equal(1)
  })

  it('lets the later event of a poisoned order be handled', () => {
    const book = new PoisonBook()
    book.handle(handed('delivered', POISONED))
    expect(book.handledOnce(keysOf(2, 'poisoned'))).to.equal(1)
  })
})
