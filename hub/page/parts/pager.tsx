import type { List } from '../../../shared/watch.ts'
import type { View } from '../addresses.ts'
import { counted } from '../formats.ts'
import { lookAgain } from '../state/feed.ts'
import { isStale } from '../state/store.ts'
import { Button } from './basics.tsx'
import { Icon } from './icons.tsx'
import { Link } from './link.tsx'

interface PagerProps {
  readonly list: List<unknown>
  readonly noun: readonly [one: string, many: string]
  /** The view at another place of the list; null is its beginning. */
  readonly at: (after: string | null) => View
  readonly isFirst: boolean
}

/** Where one is in a list that nobody has counted. */
const PagerLine = ({ list, noun, at, isFirst }: PagerProps) => (
  <nav class="pager" aria-label="Pages">
    <p class="muted">
      {counted(list.rows.length, ...noun)} on this page
      {list.partial === true && '. The search stopped early: there may be more on the next page'}
    </p>
    <div class="pager-links">
      {isStale.value && !isFirst && (
        <Button onClick={lookAgain} icon="replay">
          Refresh
        </Button>
      )}
      {!isFirst && (
        <Link to={at(null)} class="button plain">
          <Icon name="back" /> First page
        </Link>
      )}
      {list.next !== null && (
        <Link to={at(list.next)} class="button plain">
          Next page <Icon name="next" />
        </Link>
      )}
    </div>
  </nav>
)

/** Nothing where there is nothing to say: an empty list says so itself. */
export const Pager = (props: PagerProps) =>
  props.list.rows.length === 0 && props.list.next === null && props.isFirst ? null : <PagerLine {...props} />
