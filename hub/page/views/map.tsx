/** Drivers on the move, and beside them the list of all that is on the map: what is picked in one is picked in the other. */
import { useEffect, useRef } from 'preact/hooks'
import type { MapView } from '../../../shared/watch.ts'
import type { Picked } from '../addresses.ts'
import { PickedCard } from '../map/card.tsx'
import { Picks } from '../map/picks.tsx'
import { Stage } from '../map/stage.tsx'
import { Empty } from '../parts/basics.tsx'
import { Shown } from '../parts/shown.tsx'

const Key = () => (
  <ul class="map-key" aria-label="Signs">
    <li>
      <span class="sign loaded" /> carries parcels
    </li>
    <li>
      <span class="sign free" /> free
    </li>
    <li>
      <span class="sign gone" /> away
    </li>
    <li>
      <span class="sign way-sign" /> under way
    </li>
    <li>
      <span class="sign way-sign waiting" /> waits
    </li>
  </ul>
)

const isEmpty = ({ drivers, orders, stores }: MapView): boolean =>
  drivers.length + orders.length + stores.length === 0

/** Its card comes into sight with whatever is picked next; what the address names from the beginning moves nothing. */
const useCardInSight = (picked: Picked | null) => {
  const side = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  useEffect(() => {
    if (!isFirst.current) side.current?.querySelector('.picked-card')?.scrollIntoView({ block: 'nearest' })
    isFirst.current = false
  }, [picked?.kind, picked?.id])
  return side
}

const Side = ({ map, picked }: { readonly map: MapView; readonly picked: Picked | null }) => (
  <aside ref={useCardInSight(picked)} class="map-side" aria-label="On the map">
    {isEmpty(map) ? (
      <Empty icon="map" title="Nothing on the map yet">
        Drivers appear with their first position, stores and parcels with the first order that says where they
        are: <code>npm run all</code> has a city of them.
      </Empty>
    ) : (
      <>
        {picked !== null && <PickedCard map={map} picked={picked} />}
        <Picks map={map} picked={picked} />
      </>
    )}
  </aside>
)

export const MapPage = ({ picked }: { readonly picked: Picked | null }) => (
  <Shown kind="map">
    {({ map }) => (
      <div class="map-view">
        <div class="map-main">
          <Stage map={map} picked={picked} />
          <Key />
        </div>
        <Side map={map} picked={picked} />
      </div>
    )}
  </Shown>
)
