/** The view that is on: the address decides, and whoever wants another view changes the address. */
import { signal } from '@preact/signals'
import { addressOf, type View, viewOf } from '../addresses.ts'

const read = (): View => viewOf(location.pathname, location.search)

export const view = signal<View>(read())

/** Goes to a view; `replaces` where going back should not stop, as with every letter of a search. */
export const go = (next: View, replaces = false): void => {
  const address = addressOf(next)
  if (replaces) history.replaceState(null, '', address)
  else if (address !== location.pathname + location.search) history.pushState(null, '', address)
  const isOther = next.name !== view.value.name
  view.value = next
  if (isOther) scrollTo(0, 0)
}

export const followAddress = (onFragment: () => void): void => {
  addEventListener('popstate', () => {
    view.value = read()
  })
  addEventListener('hashchange', onFragment)
}
