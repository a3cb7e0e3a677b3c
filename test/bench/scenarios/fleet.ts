/** S3: many participants with little to do each, so that there is little to gather in a frame. A store a vendor, one order open each; CAPS with the link library, control A with plain clients. */
import { requireOpenFiles } from '../../load/machine.ts'
import { askedNote, rateCheck } from '../checks.ts'
import { startCapsHub, startControlHub } from '../hubs.ts'
import { medianFigures, medianRatio } from '../pairs.ts'
import { measureSides, type Windows } from '../run-sides.ts'
import type { Check, Context, Figures, Scenario } from '../scenario.ts'
import { openSide } from '../side.ts'

interface Fleet extends Windows {
  readonly vendors: number
  readonly drivers: number
}

export const fleetOf = ({ isQuick }: Context): Fleet =>
  isQuick
    ? { vendors: 200, drivers: 20, warmUp: 1_500, orders: 2_000 }
    : { vendors: 2_000, drivers: 200, warmUp: 20_000, orders: 20_000 }

/** LevelDB's files, the program's own, the listening socket. */
const OTHER_FILES = 200

const latencyCheck = (caps: readonly Figures[], a: readonly Figures[]): Check => ({
  what: 'p99 of an order, of control A',
  kind: 'ratio',
  value: medianRatio(caps, a, ({ p99Ms }) => p99Ms),
  is: 'most',
  unit: '×',
  must: null,
  goal: 1,
})

export const fleet: Scenario = {
  id: 'S3',
  name: 'fleet',
  title: 'fleet: 2,000 vendors and 200 drivers, one order open each',
  async run(context) {
    const { vendors, drivers, ...windows } = fleetOf(context)
    requireOpenFiles(vendors + drivers + OTHER_FILES)
    const load = { vendors, drivers, open: vendors }
    const { caps, a } = await measureSides(context, windows, {
      caps: async () =>
        openSide(await startCapsHub(context.newFolder()), { name: 'CAPS', client: 'link', ...load }),
      a: async () => openSide(await startControlHub('A'), { name: 'control A', client: 'plain', ...load }),
    })
    return {
      caps: medianFigures(caps),
      control: medianFigures(a),
      controlName: 'control A',
      checks: [rateCheck(caps, a, { of: 'control A', must: 0.8, goal: 1 }), latencyCheck(caps, a)],
      limits: {},
      notes: [`${vendors} vendors, ${drivers} drivers; ${askedNote(load)}`],
    }
  },
}
