/** All that can be asked of the hub over HTTP, besides its probes. */
import type { Access } from '../access/access.ts'
import { type Eraser, erasureRoute } from './erasure.ts'
import { listRoutes, type Watched } from './lists.ts'
import { orderRoute, type TrackedOrders } from './orders.ts'
import { revocationRoute } from './revocations.ts'
import type { Route } from './router.ts'

export interface Api extends TrackedOrders {
  readonly access: Pick<Access, 'revoke'>
  readonly upkeep: { readonly eraser: Eraser }
  readonly watch: Watched
}

export const routesOf = (api: Api): readonly Route[] => [
  orderRoute(api),
  erasureRoute(api.upkeep.eraser),
  revocationRoute(api.access),
  ...listRoutes(api.watch),
]
