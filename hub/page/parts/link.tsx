import type { ComponentChildren } from 'preact'
import { addressOf, type View } from '../addresses.ts'
import { go } from '../state/navigation.ts'

interface LinkProps {
  readonly to: View
  readonly children: ComponentChildren
  readonly class?: string
  readonly label?: string
  /** All of what has no room. */
  readonly title?: string
  /** It leads to where one is. */
  readonly isCurrent?: boolean
}

/** A real link: it opens in another tab, and can be copied. */
export const Link = ({ to, children, label, isCurrent = false, ...rest }: LinkProps) => (
  <a
    {...rest}
    href={addressOf(to)}
    aria-label={label}
    aria-current={isCurrent ? 'page' : undefined}
    onClick={(event) => {
      const { metaKey, ctrlKey, shiftKey, altKey, button } = event
      if (metaKey || ctrlKey || shiftKey || altKey || button !== 0) return
      event.preventDefault()
      go(to)
    }}
  >
    {children}
  </a>
)
