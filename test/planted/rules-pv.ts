import { DOMAIN, UPKEEP } from './parts.ts'
import type { Plant } from './plant.ts'

const domain = (name: string) => ({ file: `hub/domain/${name}.ts`, tests: DOMAIN }) as const
const upkeep = (name: string) => ({ file: `hub/upkeep/${name}.ts`, tests: UPKEEP }) as const

export const PV_PLANTS: readonly Plant[] = [
  {
    ...domain('history'),
    rule: 'PV1',
    name: 'the reasons of releases stay',
    from: "['not-acknowledged', 'driver-away',",
    to: "['not-acknowledged', 'rejected', 'driver-away',",
  },
  {
    ...domain('order'),
    rule: 'PV2',
    name: 'a repeat of what was erased is compared with nothing',
    from: 'isErased ? !repeats :',
    to: 'isErased ? repeats :',
  },
  {
    ...{ file: 'hub/delivery/erasures.ts', tests: UPKEEP },
    rule: 'PV3',
    name: 'what is in flight is handed over again whole',
    from: 'return noted === undefined ? entry : erasedEntry(entry, noted)',
    to: 'return entry',
  },
  {
    ...upkeep('erase'),
    rule: 'PV4',
    name: 'an order that is not there is erased',
    from: 'if (record === null) return false',
    to: 'if (record === null) return true',
  },
  {
    ...{ file: 'hub/ledger/level/scrub.ts', tests: ['test/hub/ledger/scrub.test.ts'] },
    rule: 'PV5',
    name: 'what lies at the last level is not written anew',
    from: 'await db.batch(ranges.flatMap(markersOf))',
    to: '',
  },
  {
    ...{ file: 'hub/reports.ts', tests: ['test/hub/reports.test.ts'] },
    rule: 'PV6',
    name: 'a reason is told as it was given',
    from: 'reason: maskedReason(reason)',
    to: 'reason',
  },
  {
    ...{ file: 'shared/details.ts', tests: ['test/process/privacy.test.ts'] },
    rule: 'PV7',
    name: 'a string that is too long is shown',
    from: '? `a string is longer than',
    to: '? text + `a string is longer than',
  },
]
