import { useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly onValue: (value: string) => void
  readonly kind?: 'text' | 'search' | 'datetime-local'
  readonly hint?: string
  readonly isWide?: boolean
}

/** Whoever types is not interrupted, and the hub not asked, with every letter. */
const PAUSE_MS = 250

export const Field = ({ label, value, onValue, kind = 'text', hint, isWide }: FieldProps) => {
  const id = useId()
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const typed = useSignal(value)
  const told = useRef(value)
  // From elsewhere: a link, or the way back.
  if (value !== told.current) {
    told.current = value
    typed.value = value
  }
  useEffect(() => () => clearTimeout(timer.current), [])
  const type = (text: string) => {
    typed.value = text
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      told.current = text.trim()
      onValue(told.current)
    }, PAUSE_MS)
  }
  return (
    <div class={isWide ? 'field wide' : 'field'}>
      <label for={id}>{label}</label>
      <input
        id={id}
        // The typing of the three, which JSX knows as one kind each.
        type={kind as 'text'}
        value={typed.value}
        placeholder={hint}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => type(event.currentTarget.value)}
      />
    </div>
  )
}

interface SelectProps {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [value: string, label: string])[]
  readonly onValue: (value: string) => void
}

export const Select = ({ label, value, options, onValue }: SelectProps) => {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}

export const Toggle = (props: {
  readonly label: string
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
}) => (
  <label class="toggle">
    <input
      type="checkbox"
      role="switch"
      aria-checked={props.isOn}
      checked={props.isOn}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
    <span class="track" aria-hidden="true" />
    {props.label}
  </label>
)
