/** S2: both sides with plain `socket.io-client`s, one frame an event and callbacks: what durability costs those who have nothing but Socket.IO. */
import { askedNote, rateCheck } from '../checks.ts'
import { startCapsHub, startControlHub } from '../hubs.ts'
import { medianFigures } from '../pairs.ts'
import { measureSides, type Windows } from '../run-sides.ts'
import type { Context, Scenario } from '../scenario.ts'
import { openSide, type SideSettings } from '../side.ts'

const LOAD = { client: 'plain', vendors: 1, drivers: 1, open: 1000 } as const satisfies Partial<SideSettings>

const windowsOf = ({ isQuick }: Context): Windows =>
  isQuick ? { warmUp: 3_000, orders: 4_000 } : { warmUp: 25_000, orders: 25_000 }

export const plain: Scenario = {
  id: 'S2',
  name: 'plain',
  title: 'plain socket.io-clients: 1 vendor, 1 driver, one frame an event, 1,000 orders open',
  async run(context) {
    const { caps, a } = await measureSides(context, windowsOf(context), {
      caps: async () => openSide(await startCapsHub(context.newFolder()), { name: 'CAPS', ...LOAD }),
      a: async () => openSide(await startControlHub('A'), { name: 'control A', ...LOAD }),
    })
    return {
      caps: medianFigures(caps),
      control: medianFigures(a),
      controlName: 'control A',
      checks: [rateCheck(caps, a, { of: 'control A', must: 0.7, goal: 0.85 })],
      limits: {},
      notes: [askedNote(LOAD)],
    }
  },
}
