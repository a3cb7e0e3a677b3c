/** How a participant's queue is, and since when. */
import type { QueueRow } from '../../../shared/watch.ts'
import { queueText } from '../words.ts'
import { Badge } from './basics.tsx'
import { Age } from './time.tsx'

export const QueueState = ({ queue }: { readonly queue: QueueRow }) => {
  const { title, tone } = queueText(queue)
  const sinceMs = queue.pausedMs ?? queue.sinceMs
  const icon = queue.paused ? 'pause' : queue.connected || queue.participant === 'fleet' ? undefined : 'away'
  return (
    <span class="queue-state">
      <Badge tone={tone} {...(icon && { icon })}>
        {title}
      </Badge>
      {sinceMs !== null && (
        <span class="muted">
          {' '}
          for <Age ms={sinceMs} />
        </span>
      )}
    </span>
  )
}
