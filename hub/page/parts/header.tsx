/** The head of the page: where one can go, how the hub is, and how the page looks. */
import { useEffect, useRef } from 'preact/hooks'
import type { View } from '../addresses.ts'
import { figure } from '../formats.ts'
import { connectAs } from '../state/feed.ts'
import { view } from '../state/navigation.ts'
import { THEMES, theme, times } from '../state/preferences.ts'
import { connection, isPaused, setPaused, summary } from '../state/store.ts'
import { hasToken } from '../state/token.ts'
import { Icon, type IconName, Mark } from './icons.tsx'
import { Link } from './link.tsx'

interface Place {
  readonly title: string
  readonly icon: IconName
  readonly to: View
  readonly names: readonly View['name'][]
}

const PLACES: readonly Place[] = [
  { title: 'Now', icon: 'now', to: { name: 'now', span: 'minute' }, names: ['now'] },
  { title: 'Map', icon: 'map', to: { name: 'map', picked: null }, names: ['map'] },
  {
    title: 'Orders',
    icon: 'orders',
    to: { name: 'orders', filter: {}, after: null },
    names: ['orders', 'order'],
  },
  {
    title: 'Queues',
    icon: 'queues',
    to: { name: 'queues', onlyTrouble: false, search: '', after: null },
    names: ['queues', 'queue'],
  },
  {
    title: 'Dead letters',
    icon: 'dead-letters',
    to: { name: 'dead-letters', participant: '', after: null },
    names: ['dead-letters'],
  },
  { title: 'System', icon: 'system', to: { name: 'system', span: 'minute' }, names: ['system'] },
]

const TroubleCount = () => {
  const count = summary.value?.troubleCount ?? 0
  return count === 0 ? null : (
    <span class="nav-count">
      {figure(count)}
      <span class="hidden"> in trouble</span>
    </span>
  )
}

/** Where the names do not fit, the one of the view that is shown comes into sight. */
const useCurrentInSight = () => {
  const nav = useRef<HTMLElement>(null)
  const { name } = view.value
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ inline: 'nearest', block: 'nearest' })
  }, [name])
  return nav
}

const Navigation = () => (
  <nav ref={useCurrentInSight()} class="main-nav" aria-label="Views">
    {PLACES.map(({ title, icon, to, names }) => (
      <Link key={title} to={to} isCurrent={names.includes(view.value.name)}>
        <Icon name={icon} /> {title}
        {title === 'Now' && <TroubleCount />}
      </Link>
    ))}
  </nav>
)

const LINK_WORDS = {
  connecting: ['half', 'Connecting', 'calm'],
  live: ['check', 'Live', 'good'],
  away: ['away', 'Away', 'bad'],
  refused: ['key', 'Not let in', 'warning'],
} as const satisfies Record<string, readonly [IconName, string, string]>

const LinkState = () => {
  const [icon, word, tone] = LINK_WORDS[connection.value.kind]
  return (
    <span class={`link-state ${tone}`} data-connection={connection.value.kind}>
      <Icon name={icon} size={14} /> {word}
    </span>
  )
}

const THEME_ICONS = { system: 'half', light: 'sun', dark: 'moon' } as const satisfies Record<string, IconName>

const nextTheme = () => {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!
}

const ThemeSwitch = () => (
  <button
    type="button"
    class="tool"
    onClick={nextTheme}
    title={`Colours: ${theme.value}`}
    aria-label={`Colours: ${theme.value}. Switch`}
    data-action="theme"
  >
    <Icon name={THEME_ICONS[theme.value]} />
  </button>
)

const TimesSwitch = () => (
  <button
    type="button"
    class="tool"
    aria-pressed={times.value === 'absolute'}
    title="Times of the clock instead of how long ago"
    aria-label="Times of the clock"
    data-action="times"
    onClick={() => {
      times.value = times.value === 'relative' ? 'absolute' : 'relative'
    }}
  >
    <Icon name="clock" />
  </button>
)

const PauseSwitch = () => (
  <button
    type="button"
    class="tool"
    aria-pressed={isPaused.value}
    title={isPaused.value ? 'Let the page move again' : 'Hold the page still'}
    aria-label="Hold the page still"
    data-action="hold"
    onClick={() => setPaused(!isPaused.value)}
  >
    <Icon name={isPaused.value ? 'play' : 'pause'} />
  </button>
)

const ForgetToken = () =>
  hasToken() ? (
    <button
      type="button"
      class="tool"
      title="Forget the token"
      aria-label="Forget the token"
      onClick={() => connectAs(null)}
    >
      <Icon name="key" />
    </button>
  ) : null

export const Header = ({ hasNavigation }: { readonly hasNavigation: boolean }) => (
  <header class="header">
    <span class="brand">
      <Mark /> CAPS
    </span>
    {hasNavigation && <Navigation />}
    <div class="tools">
      <LinkState />
      {hasNavigation && <PauseSwitch />}
      {hasNavigation && <TimesSwitch />}
      <ThemeSwitch />
      {hasNavigation && <ForgetToken />}
    </div>
  </header>
)
