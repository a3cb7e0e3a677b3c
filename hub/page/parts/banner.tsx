/** Says when what is shown is not what is: the hub is away, or the page is paused. */
import type { ComponentChildren } from 'preact'
import { age, clockTime } from '../formats.ts'
import { asOfMs, connection, isPaused, nowMs, setPaused } from '../state/store.ts'
import { Button } from './basics.tsx'
import { Icon, type IconName } from './icons.tsx'

const Line = (props: { name: string; icon: IconName; tone: string; children: ComponentChildren }) => (
  <div class={`banner ${props.tone}`} data-banner={props.name}>
    <Icon name={props.icon} />
    <p>{props.children}</p>
  </div>
)

const AsOf = () =>
  asOfMs.value === null ? null : (
    <>
      {' '}
      Data as of <b>{clockTime(asOfMs.value)}</b>.
    </>
  )

const Away = () => {
  const state = connection.value
  if (state.kind !== 'away') return null
  return (
    <Line name="away" icon="away" tone="bad">
      <b>{state.isStopping ? 'The hub is stopping.' : 'The hub is away'}</b>
      {!state.isStopping && ` for ${age(state.sinceMs, nowMs.value)}.`}
      <AsOf /> The page tries again by itself.
    </Line>
  )
}

const Paused = () =>
  isPaused.value ? (
    <Line name="paused" icon="pause" tone="warning">
      <b>Paused.</b>
      <AsOf />{' '}
      <Button icon="play" onClick={() => setPaused(false)}>
        Go on
      </Button>
    </Line>
  ) : null

export const Banner = () => (
  <div class="banners" aria-live="polite">
    <Away />
    <Paused />
  </div>
)
