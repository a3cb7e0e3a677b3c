/** S1: as much as goes through. One vendor and one driver on the link library, a thousand orders open; control A has plain clients, control B the link library. */
import { askedNote, rateCheck } from '../checks.ts'
import { startCapsHub, startControlHub } from '../hubs.ts'
import type { Limits } from '../limits.ts'
import { medianFigures } from '../pairs.ts'
import { measureSides, type Windows } from '../run-sides.ts'
import type { Check, Context, Figures, Scenario } from '../scenario.ts'
import { openSide, type SideSettings } from '../side.ts'

export const LOAD = { vendors: 1, drivers: 1, open: 1000 } as const satisfies Partial<SideSettings>
export const LIMITS: Limits = {}

export const windowsOf = ({ isQuick }: Context): Windows =>
  isQuick ? { warmUp: 5_000, orders: 6_000 } : { warmUp: 60_000, orders: 60_000 }

const costChecks = (caps: Figures): Check[] => [
  {
    what: 'processor time of the hub, an event',
    kind: 'absolute',
    value: caps.hubMicrosPerEvent,
    is: 'most',
    unit: 'µs',
    must: 12,
    goal: 8,
  },
  {
    what: 'processor time of the client, an event, both roles',
    kind: 'absolute',
    value: caps.clientMicrosPerEvent,
    is: 'most',
    unit: 'µs',
    must: null,
    goal: 8,
  },
]

export const saturated: Scenario = {
  id: 'S1',
  name: 'saturated',
  title: 'saturated: 1 vendor, 1 driver, link library, 1,000 orders open',
  async run(context) {
    const { caps, a, b } = await measureSides(context, windowsOf(context), {
      caps: async () =>
        openSide(await startCapsHub(context.newFolder(), LIMITS), { name: 'CAPS', client: 'link', ...LOAD }),
      a: async () => openSide(await startControlHub('A'), { name: 'control A', client: 'plain', ...LOAD }),
      b: async () => openSide(await startControlHub('B'), { name: 'control B', client: 'link', ...LOAD }),
    })
    const figures = medianFigures(caps)
    return {
      caps: figures,
      control: medianFigures(a),
      controlName: 'control A',
      further: { 'control B': medianFigures(b) },
      checks: [
        rateCheck(caps, a, { of: 'control A', must: 2, goal: 3 }),
        rateCheck(caps, b, { of: 'control B', must: null, goal: 0.6 }),
        ...costChecks(figures),
      ],
      limits: LIMITS,
      notes: [askedNote(LOAD)],
    }
  },
}
