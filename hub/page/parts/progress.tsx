import type { OrderState } from '../../../shared/protocol.ts'
import { PROGRESS, stepOf } from '../words.ts'
import { Icon } from './icons.tsx'

/** How far an order is: steps that are done, the one it is at, and those to come. */
export const Progress = ({ state }: { readonly state: OrderState }) => {
  const at = stepOf({ state })
  const last = PROGRESS.length - 1
  return (
    <ol class="progress" aria-label="Progress">
      {PROGRESS.map(({ state: step, title }, index) => {
        const isDone = index < at || at === last
        const kind = isDone ? 'done' : index === at ? 'current' : 'to-come'
        return (
          <li key={step} class={kind} data-step={step} aria-current={index === at ? 'step' : undefined}>
            <span class="step-mark">
              <Icon name={isDone ? 'check' : index === at ? 'dot' : 'ring'} size={14} />
            </span>
            <span class="step-title">
              {title}
              <span class="hidden">{isDone ? ', done' : index === at ? ', now' : ', to come'}</span>
            </span>
          </li>
        )
      })}
    </ol>
  )
}
