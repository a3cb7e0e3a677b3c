import { expect } from 'chai'
import { systemClock } from '../../../../shared/clock.ts'
import { describePostgres, queryAt } from '../../../support/postgres.ts'
import { newDatabase, type OpenedTest, openAt } from './databases.ts'

const BEAT_MS = 1000

describePostgres('a hub that looks at another one, which gives no sign of life', () => {
  let url: string
  let one: OpenedTest
  let other: OpenedTest
  let aheadMs: number

  const isTakenForDead = async (): Promise<boolean> => {
    const { hub } = other.ledger.identity
    const [row] = await queryAt(url, `SELECT is_live FROM caps.hubs WHERE hub = ${hub}`)
    return row?.is_live === false
  }

  /** A second passes, and it looks. */
  const look = async (): Promise<boolean> => {
    aheadMs += BEAT_MS
    await one.hubs.beat()
    return isTakenForDead()
  }

  const looks = async (seconds: number): Promise<boolean[]> => {
    const found: boolean[] = []
    for (let done = 0; done < seconds; done += 1) found.push(await look())
    return found
  }

  beforeEach(async () => {
    url = await newDatabase()
    aheadMs = 0
    const startedMs = systemClock.now()
    one = await openAt(url, { clock: { ...systemClock, now: () => startedMs + aheadMs } })
    other = await openAt(url)
    await other.hubs.beat()
    await one.hubs.beat()
  })

  it('[PQ20] takes it for dead when it has been silent for 8 s', async () => {
    expect(await looks(8)).to.deep.equal([...Array(7).fill(false), true])
  })

  it('[PQ25] does not when it has not looked itself meanwhile, but 8 s later', async () => {
    aheadMs += 60_000
    expect(await look()).to.equal(false)
    expect(await looks(8)).to.deep.equal([...Array(7).fill(false), true])
  })
})
