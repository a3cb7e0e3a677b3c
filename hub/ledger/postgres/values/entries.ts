/** What a group writes of entries. Pickups lie in the pools of hubs, and may have been moved by another one: they are found by their position alone. */
import { FLEET } from '../../../../shared/ids.ts'
import { entryText } from '../entry-text.ts'
import { poolOf } from '../fleet-pools.ts'
import type { Group } from '../group.ts'
import type { Changes } from '../tables.ts'
import { numbers, texts } from './rows.ts'

type Entries = Changes['entries']

const isPickup = ({ participant, place }: Entries[number]): boolean =>
  participant === FLEET && place !== 'dead'

export const entryValues = (all: Entries, { targets }: Pick<Group, 'targets'>, hub: number) => {
  const there = all.filter(({ entry }) => entry !== null)
  const added = there.filter(({ wasThere }) => !wasThere)
  const replaced = there.filter(({ wasThere }) => wasThere)
  const taken = all.filter(({ entry }) => entry === null)
  const [replacedPickups, takenPickups] = [
    replaced.filter(isPickup),
    taken.filter((one) => !one.mustBeThere && isPickup(one)),
  ]
  const replacedOthers = replaced.filter((one) => !isPickup(one))
  const named = taken.filter((one) => one.mustBeThere)
  const takenOthers = taken.filter((one) => !one.mustBeThere && !isPickup(one))
  const placeOf = ({ place }: Entries[number]) => place
  const positionOf = ({ position }: Entries[number]) => position
  const textOf = ({ entry }: Entries[number]) => entryText(entry!)
  const beforeOf = ({ before }: Entries[number]) => (before === undefined ? null : entryText(before))
  const pool = (one: Entries[number]) =>
    isPickup(one) ? poolOf(targets.get(one.position) ?? hub) : one.participant
  return {
    a_participant: texts(added, pool),
    a_place: texts(added, placeOf),
    a_position: numbers(added, positionOf),
    a_entry: texts(added, textOf),
    e_participant: texts(replacedOthers, ({ participant }) => participant),
    e_place: texts(replacedOthers, placeOf),
    e_position: numbers(replacedOthers, positionOf),
    e_entry: texts(replacedOthers, textOf),
    e_before: texts(replacedOthers, beforeOf),
    f_place: texts(replacedPickups, placeOf),
    f_position: numbers(replacedPickups, positionOf),
    f_entry: texts(replacedPickups, textOf),
    f_before: texts(replacedPickups, beforeOf),
    t_participant: texts(takenOthers, ({ participant }) => participant),
    t_place: texts(takenOthers, placeOf),
    t_position: numbers(takenOthers, positionOf),
    m_participant: texts(named, ({ participant }) => participant),
    m_place: texts(named, placeOf),
    m_position: numbers(named, positionOf),
    u_place: texts(takenPickups, placeOf),
    u_position: numbers(takenPickups, positionOf),
  }
}
