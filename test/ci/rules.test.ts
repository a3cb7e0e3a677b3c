import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ruleFaults } from '../../.ci/rules.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// The calls are put together here, so that the check does not take them for titles of this file.
const test = (title: string, call = 'it', quote = "'") => ({
  path: 'test/some.test.ts',
  text: `${call}(${quote}${title}${quote}, () => {})`,
})

const DOCUMENT =
  '# Rules\n\nThe form is `- **OR1** text`.\n\n- **OR1** orders\n  go on in a second line\n- **OR12** end\n'

describe('check of rules', () => {
  it('[CK1] is content when every rule is cited, by any kind of title', () => {
    const tests = [test('[OR1] is one', 'describe', '`'), test('[OR12] is another', 'it.only', '"')]
    expect(ruleFaults(DOCUMENT, tests)).to.deep.equal([])
    expect(ruleFaults(DOCUMENT, [test('[OR1][OR12] are both', 'it', '`')])).to.deep.equal([])
    expect(ruleFaults(DOCUMENT, [test("[OR1] isn\\'t [OR12]", '  it')])).to.deep.equal([])
    expect(ruleFaults(DOCUMENT, [test('[OR1] begins a line [OR12]', 'it', "\n    '")])).to.deep.equal([])
  })

  it('[CK1] complains about a rule that no title cites', () => {
    expect(ruleFaults(DOCUMENT, [test('[OR12] ends')])).to.deep.equal([
      'docs/RULES.md: OR1 has no test that cites it',
    ])
  })

  it('[CK4] takes no skipped test, comment or plain string for a title', () => {
    const commented = [`// ${test('[OR12]').text}`, `/*\n${test('[OR12]').text}\n*/`, "const text = '[OR12]'"]
    const tests = [
      test('[OR12]', 'it.skip'),
      test('[OR12]', 'xit'),
      test('[OR1]'),
      { path: 'a.ts', text: commented.join('\n') },
    ]
    expect(ruleFaults(DOCUMENT, tests)).to.deep.equal(['docs/RULES.md: OR12 has no test that cites it'])
  })

  it('[CK2] complains about a title that cites an unknown rule or several at once', () => {
    const tests = [test('[OR1][OR12] are'), test('[OR2] is not'), test('[OR1, OR12] is no form')]
    expect(ruleFaults(DOCUMENT, tests)).to.deep.equal([
      'test/some.test.ts: "[OR2] is not" cites the unknown rule OR2',
      'test/some.test.ts: "[OR1, OR12] is no form" cites the unknown rule OR1, OR12',
    ])
  })

  it('[CK3] complains about a number used twice', () => {
    expect(ruleFaults(`${DOCUMENT}- **OR1** again\n`, [test('[OR1][OR12]')])).to.deep.equal([
      'docs/RULES.md: OR1 is the number of more than one rule',
    ])
  })

  for (const line of [
    '* **OR3** a star',
    '- OR3 not bold',
    '- **OR3**',
    '| OR3 | a row |',
    '**OR3** no list',
  ])
    it(`[CK3] complains about a rule in another form: ${line}`, () => {
      expect(ruleFaults(`${DOCUMENT}${line}\n`, [test('[OR1][OR12]')])).to.deep.equal([
        'docs/RULES.md:8: OR3 is not written in the form "- **OR3** text"',
      ])
    })

  it('[CK11] ends with exit code 1 and a readable list when something is wrong', () => {
    const root = temporaryFolder()
    for (const folder of ['docs', 'test']) mkdirSync(join(root, folder))
    writeFileSync(join(root, 'docs/RULES.md'), DOCUMENT)
    writeFileSync(join(root, 'test/one.test.ts'), test('[OR1]').text)
    const run = () =>
      spawnSync(process.execPath, ['--import', 'tsx', '.ci/check-rules.ts', root], { encoding: 'utf8' })
    expect(run()).to.include({ status: 1, stderr: '  docs/RULES.md: OR12 has no test that cites it\n' })
    writeFileSync(join(root, 'test/two.test.ts'), test('[OR12]').text)
    expect(run()).to.include({ status: 0, stderr: '' })
  })
})
