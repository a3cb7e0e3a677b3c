/** Small parts that every view is made of. */
import type { ComponentChildren } from 'preact'
import type { OrderState } from '../../../shared/protocol.ts'
import { STATE_WORDS, stateTone, type Tone } from '../words.ts'
import { Icon, type IconName } from './icons.tsx'

const TONE_ICONS: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  calm: 'ring',
  active: 'half',
  warning: 'warning',
  bad: 'cross',
}

/** A state: icon and word say it, the colour only helps. */
export const Badge = (props: {
  readonly tone: Tone
  readonly icon?: IconName
  readonly children: ComponentChildren
}) => (
  <span class={`badge ${props.tone}`}>
    <Icon name={props.icon ?? TONE_ICONS[props.tone]} size={14} />
    {props.children}
  </span>
)

const STATE_ICONS: Readonly<Record<OrderState, IconName>> = {
  waiting: 'clock',
  assigned: 'half',
  'in-transit': 'truck',
  delivered: 'check',
}

export const StateBadge = ({ state }: { readonly state: OrderState }) => (
  <Badge tone={stateTone(state)} icon={STATE_ICONS[state]}>
    {STATE_WORDS[state] ?? state}
  </Badge>
)

/** Nothing to show: what that means, and what to do. */
export const Empty = (props: {
  readonly icon?: IconName
  readonly title: string
  readonly children?: ComponentChildren
}) => (
  <div class="empty">
    <Icon name={props.icon ?? 'check'} size={22} />
    <p class="empty-title">{props.title}</p>
    {props.children !== undefined && <div class="muted">{props.children}</div>}
  </div>
)

export const Loading = () => (
  <p class="loading muted" role="status">
    Asking the hub…
  </p>
)

export const Section = (props: {
  readonly title: string
  readonly aside?: ComponentChildren
  readonly children: ComponentChildren
  readonly class?: string
}) => (
  <section class={`section ${props.class ?? ''}`} aria-label={props.title}>
    <div class="section-head">
      <h2>{props.title}</h2>
      {props.aside}
    </div>
    {props.children}
  </section>
)

export interface FigureProps {
  readonly label: string
  readonly value: string
  readonly note?: string
  readonly tone?: Tone
  /** For tests: what figure this is. */
  readonly name: string
}

export const Figure = ({ label, value, note, tone = 'calm', name }: FigureProps) => (
  <div class={`figure ${tone}`} data-figure={name}>
    <dt>{label}</dt>
    <dd>
      {value}
      {note !== undefined && <span class="note">{note}</span>}
    </dd>
  </div>
)

export const Figures = ({ children }: { readonly children: ComponentChildren }) => (
  <dl class="figures">{children}</dl>
)

interface ButtonProps {
  readonly children: ComponentChildren
  readonly onClick: () => void
  readonly icon?: IconName
  readonly kind?: 'plain' | 'primary' | 'danger'
  readonly isDisabled?: boolean
  readonly action?: string
}

export const Button = ({ children, onClick, icon, kind = 'plain', isDisabled, action }: ButtonProps) => (
  <button type="button" class={`button ${kind}`} onClick={onClick} disabled={isDisabled} data-action={action}>
    {icon !== undefined && <Icon name={icon} />}
    {children}
  </button>
)
