import type { Plant } from './plant.ts'

const FILE = 'shared/settings.ts'
const TESTS = ['test/shared/settings.test.ts']

export const CF_PLANTS: readonly Plant[] = [
  {
    name: 'lets .env win over the environment',
    rule: 'CF1',
    file: FILE,
    from: '{ ...parse(readFileSync(file)), ...processEnvironment }',
    to: '{ ...processEnvironment, ...parse(readFileSync(file)) }',
    tests: TESTS,
  },
  {
    name: 'takes an empty flag for none',
    rule: 'CF2',
    file: FILE,
    from: "(given === '' && flag === undefined)",
    to: "given === ''",
    tests: TESTS,
  },
  {
    name: 'tells one fault of the configuration at a time',
    rule: 'CF3',
    file: FILE,
    from: 'throw configurationFault(faults)',
    to: 'throw configurationFault(faults.slice(0, 1))',
    tests: TESTS,
  },
  {
    name: 'takes 1e3 and 0x10 for whole numbers',
    rule: 'CF4',
    file: FILE,
    from: '/^\\d+$/.test(text)',
    to: '/^\\d/.test(text)',
    tests: TESTS,
  },
  {
    name: 'leaves the settings open to change',
    rule: 'CF5',
    file: FILE,
    from: 'Object.freeze(Object.fromEntries(values))',
    to: 'Object.fromEntries(values)',
    tests: TESTS,
  },
  {
    name: 'passes over a .env file that cannot be read',
    rule: 'CF6',
    file: FILE,
    from: ".code === 'ENOENT'",
    to: '.code !== undefined',
    tests: TESTS,
  },
]
