/** docs/SECURITY.md says which test shows what, and which setting sets which limit: both must be there. */
import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { HUB_SETTINGS } from '../../hub/config.ts'
import { CODES } from '../../shared/codes.ts'

const text = readFileSync('docs/SECURITY.md', 'utf8')
const rules = readFileSync('docs/RULES.md', 'utf8')

const foundIn = (where: string, what: RegExp): string[] => [...new Set(where.match(what) ?? [])]
const filesIn = (where: string): string[] => foundIn(where, /test\/[\w/-]+\.test\.ts/g)
const rulesIn = (where: string): string[] => foundIn(where, /(?<=\[)[A-Z]{2}\d+(?=\])/g)

/** Cells of each row of the table of who can do what. */
const threats = text
  .slice(text.indexOf('## Who can do what'), text.indexOf('## Keys and tokens'))
  .split('\n')
  .filter((line) => line.startsWith('| '))

describe('docs/SECURITY.md', () => {
  it('[CK13] names tests and rules that exist', () => {
    expect(filesIn(text).filter((file) => !existsSync(file))).to.deep.equal([])
    expect(rulesIn(text).filter((rule) => !rules.includes(`**${rule}**`))).to.deep.equal([])
    expect(threats.length).to.be.greaterThan(20)
  })

  for (const row of threats.filter((one) => rulesIn(one).length > 0))
    it(`[CK13] names tests that cite the rules of: ${row.split('|')[2]?.trim().slice(0, 60)}`, () => {
      const titles = filesIn(row)
        .map((file) => readFileSync(file, 'utf8'))
        .join()
      expect(rulesIn(row).filter((rule) => !titles.includes(`[${rule}]`))).to.deep.equal([])
    })

  it('[CK13] names settings and codes that exist', () => {
    const known = Object.values(HUB_SETTINGS).map(({ variable }) => variable as string | null)
    const others = ['CAPS_URL', 'CAPS_TOKEN', 'NODE_EXTRA_CA_CERTS']
    const named = foundIn(text, /\b(?:CAPS|NODE)_[A-Z_]+\b/g)
    expect(named.filter((name) => !known.includes(name) && !others.includes(name))).to.deep.equal([])
    const limits = text.slice(text.indexOf('## Limits'), text.indexOf('## Privacy'))
    const codes = foundIn(limits, /(?<=`)[a-z]+(?:-[a-z]+)*(?=`)/g).filter(
      (word) => word !== 'details' && word !== 'publish',
    )
    expect(codes.filter((code) => !(code in CODES))).to.deep.equal([])
  })
})
