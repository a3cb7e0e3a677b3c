import { expect } from 'chai'
import fc from 'fast-check'
import { Client } from 'pg'
import { boolArray, int8Array, textArray } from '../../../../hub/ledger/postgres/arrays.ts'
import { atEndOfTest } from '../../../support/cleanup.ts'
import { describePostgres, sharedPostgres } from '../../../support/postgres.ts'

const connect = async () => {
  const client = new Client({ connectionString: (await sharedPostgres()).url('postgres') })
  await client.connect()
  atEndOfTest(() => client.end())
  return (text: string, value: Buffer) =>
    client.query<{ it: unknown[] }>(text, [value]).then(({ rows }) => rows[0]!.it)
}

const texts = fc.array(
  fc.option(
    fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
    { freq: 5 },
  ),
)
const numbers = fc.array(fc.option(fc.maxSafeInteger(), { freq: 5 }))

describePostgres('parameters that are arrays', () => {
  it('[PQ12] are to the server what they were to the hub', async () => {
    const ask = await connect()
    await fc.assert(
      fc.asyncProperty(texts, numbers, fc.array(fc.boolean()), async (some, whole, flags) => {
        expect(await ask('SELECT $1::text[] AS it', textArray(some))).to.deep.equal(some)
        const there = await ask('SELECT $1::int8[] AS it', int8Array(whole))
        expect(there.map((one) => (one === null ? null : Number(one)))).to.deep.equal(whole)
        expect(await ask('SELECT $1::bool[] AS it', boolArray(flags))).to.deep.equal(flags)
      }),
      { numRuns: 60 },
    )
  })
})
