/** One suite for every outbox. */
import { expect } from 'chai'
import type { FailedEvent } from '../../shared/link/api.ts'
import type { Outbox, OutboxItem, ProgressMark } from '../../shared/outbox/api.ts'

export type TestOutbox = Outbox & ProgressMark

const pickup = (number: number) =>
  ({
    event: 'pickup',
    payload: {
      store: 'acme',
      orderId: `order-${number}`,
      customer: 'Ada',
      address: '1 Main Street',
      details: { note: 'ä"\n' },
    },
  }) as const

export const item = (number: number): OutboxItem => ({ number, text: JSON.stringify(pickup(number)) })

export const failedEvent = (number: number): FailedEvent => ({
  ...pickup(number),
  code: 'identity-conflict',
  message: `other content, ${number}`,
})

/** Resolves when the outbox has called back for each. */
export const addAll = (outbox: Outbox, items: readonly OutboxItem[]): Promise<unknown> =>
  Promise.all(items.map((one) => new Promise<void>((stored) => outbox.add(one, stored))))

/** @param open a new, empty outbox, which the suite closes */
export const describeOutbox = (name: string, open: () => Promise<TestOutbox>): void => {
  describe(`outbox contract: ${name}`, () => {
    let outbox: TestOutbox

    beforeEach(async () => {
      outbox = await open()
    })

    afterEach(() => outbox.close())

    it('[OB1] begins empty', () => {
      expect([outbox.pending(), outbox.failed(), outbox.progress()]).to.deep.equal([[], [], 0])
    })

    it('[OB1] calls back for every item, in their order', async () => {
      const stored: number[] = []
      const numbers = [1, 2, 3, 4, 5]
      await Promise.all(
        numbers.map(
          (number) =>
            new Promise<void>((resolve) =>
              outbox.add(item(number), () => {
                stored.push(number)
                resolve()
              }),
            ),
        ),
      )
      expect(stored).to.deep.equal(numbers)
    })

    it('[OB5] lists failed events, oldest first', async () => {
      await addAll(outbox, [item(1), item(2), item(3)])
      outbox.fail(3, failedEvent(3))
      outbox.fail(1, failedEvent(1))
      outbox.confirm([2])
      expect(outbox.failed()).to.deep.equal([failedEvent(3), failedEvent(1)])
    })

    it('[OB6] keeps the newest 10,000 failed events', async () => {
      for (let number = 1; number <= 10_002; number += 1) outbox.fail(number, failedEvent(number))
      const failed = outbox.failed()
      expect(failed).to.have.length(10_000)
      expect([failed[0], failed.at(-1)]).to.deep.equal([failedEvent(3), failedEvent(10_002)])
    })

    it('[OB10] tells the progress that was saved last', () => {
      outbox.saveProgress(7)
      outbox.saveProgress(8)
      expect(outbox.progress()).to.equal(8)
    })
  })
}
