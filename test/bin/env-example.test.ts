import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { PROGRAMS } from '../../bin/programs.ts'
import type { Setting } from '../../shared/settings.ts'

const lines = readFileSync('.env.example', 'utf8').split('\n')

/** Variable to default, of every line that sets one once its `#` is gone. */
const listed = lines.flatMap((line, index) => {
  const [, variable, value] = /^#([A-Z_]+)=(.*)$/.exec(line) ?? []
  return variable === undefined || value === undefined ? [] : [{ variable, value, before: lines[index - 1] }]
})

const textOf = ({ fallback }: Setting<unknown>): string => {
  if (fallback === null) return ''
  return Array.isArray(fallback) ? fallback.join(',') : String(fallback)
}

describe('.env.example', () => {
  it('[PG3] lists every variable of every program once, and no other', async () => {
    const tables = await Promise.all(PROGRAMS.map((program) => program.settings()))
    const variables = tables.flatMap((table) => Object.values(table).map(({ variable }) => variable))
    const known = new Set(variables.filter((variable) => variable !== null))
    expect(listed.map(({ variable }) => variable)).to.have.members([...known])
  })

  for (const program of PROGRAMS.filter(({ name }) => name !== 'all' && name !== 'cluster'))
    it(`[PG3] tells the defaults of ${program.name}`, async () => {
      for (const setting of Object.values(await program.settings())) {
        if (setting.variable === null) continue
        const line = listed.find(({ variable }) => variable === setting.variable)
        expect([setting.variable, line?.value]).to.deep.equal([setting.variable, textOf(setting)])
      }
    })

  it('[PG3] explains each variable in the line before it', () => {
    for (const { variable, before } of listed) expect(before, variable).to.match(/^# \S.{8}/)
  })

  it('[PG3] sets nothing as it is', () => {
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).to.deep.equal([])
  })
})
