/** What stands where a view's content will be, or cannot be. */
import type { ComponentChildren, JSX } from 'preact'
import type { Content } from '../state/content.ts'
import { lookAgain } from '../state/feed.ts'
import { content } from '../state/store.ts'
import { Button, Empty, Loading } from './basics.tsx'

type Kind = Exclude<Content['kind'], 'loading' | 'refused'>

/** The content if it is of this kind; else why it is not. @param missing what to say if the hub knows no such thing */
export const Shown = <K extends Kind>(props: {
  readonly kind: K
  readonly missing?: JSX.Element
  readonly children: (content: Extract<Content, { kind: K }>) => ComponentChildren
}) => {
  const found = content.value
  if (found.kind === props.kind) return <>{props.children(found as Extract<Content, { kind: K }>)}</>
  if (found.kind !== 'refused') return <Loading />
  if (props.missing !== undefined && (found.code === 'unknown-order' || found.code === 'not-found'))
    return props.missing
  return (
    <Empty icon="warning" title="The hub does not show this">
      <p>{found.message}</p>
      <Button onClick={lookAgain} icon="replay">
        Ask again
      </Button>
    </Empty>
  )
}
