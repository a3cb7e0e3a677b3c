import { DOMAIN, INTAKE } from './parts.ts'
import type { Plant } from './plant.ts'

const tests = [...DOMAIN, ...INTAKE]

export const PM_PLANTS: readonly Plant[] = [
  {
    tests,
    rule: 'PM1',
    name: 'a driver sends a pickup',
    file: 'hub/domain/permissions.ts',
    from: 'if (sender.role !== role) return',
    to: "if (sender.role !== role && event !== 'pickup') return",
  },
  {
    tests,
    rule: 'PM2',
    name: 'only one participant of the store hears of a delivery',
    file: 'hub/domain/routing.ts',
    from: '[FLEET] : audience)',
    to: "[FLEET] : audience.slice(0, event === 'delivered' ? 1 : undefined))",
  },
]
