/** Figures and times as people read them. Pure; `nowMs` is the hub's. */

const WHOLE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })
const TENTHS = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 })

/** Thousands are set apart; small ones that are not whole keep a digit. */
/** What is not known is a dash. */
export const figure = (value: number | null): string =>
  value === null ? '–' : (Math.abs(value) < 10 ? TENTHS : WHOLE).format(value).replaceAll(',', '\u202f')

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

export const bytes = (value: number): string => {
  let left = value
  let unit = 0
  while (left >= 1024 && unit < UNITS.length - 1) {
    left /= 1024
    unit += 1
  }
  return `${figure(left)}\u00a0${UNITS[unit]}`
}

/** A delay of the machine: with decimals while it is short. */
export const milliseconds = (valueMs: number): string =>
  valueMs >= 1000 ? `${figure(valueMs / 1000)}\u00a0s` : `${figure(valueMs)}\u00a0ms`

export const share = (part: number): string => `${figure(part * 100)}\u00a0%`

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000] as const

const two = (larger: number, unit: string, smaller: number, smallUnit: string): string =>
  smaller === 0 ? `${larger}\u00a0${unit}` : `${larger}\u00a0${unit} ${smaller}\u00a0${smallUnit}`

/** How long something takes or took: two units at most, `3 min 20 s`. */
export const duration = (spanMs: number): string => {
  const span = Math.max(0, spanMs)
  if (span < SECOND) return `${Math.round(span)}\u00a0ms`
  if (span < 10 * SECOND) return `${TENTHS.format(span / SECOND)}\u00a0s`
  if (span < MINUTE) return `${Math.floor(span / SECOND)}\u00a0s`
  if (span < HOUR) return two(Math.floor(span / MINUTE), 'min', Math.floor((span % MINUTE) / SECOND), 's')
  if (span < DAY) return two(Math.floor(span / HOUR), 'h', Math.floor((span % HOUR) / MINUTE), 'min')
  return two(Math.floor(span / DAY), 'd', Math.floor((span % DAY) / HOUR), 'h')
}

/** How old something is by a clock that ticks: whole seconds, `0 s` at first. */
export const age = (timeMs: number, nowMs: number): string => {
  const seconds = Math.floor(Math.max(0, nowMs - timeMs) / SECOND)
  return seconds < 10 ? `${seconds}\u00a0s` : duration(seconds * SECOND)
}

/** In one unit, the largest that fits: what is long ago need not flicker. */
const roughly = (span: number): string => {
  if (span < MINUTE) return `${Math.floor(span / SECOND)}\u00a0s`
  if (span < HOUR) return `${Math.floor(span / MINUTE)}\u00a0min`
  return span < 2 * DAY ? `${Math.floor(span / HOUR)}\u00a0h` : `${Math.floor(span / DAY)}\u00a0d`
}

const NOW_MS = 5 * SECOND

export const ago = (timeMs: number, nowMs: number): string => {
  const span = nowMs - timeMs
  if (span < -NOW_MS) return `in ${roughly(-span)}`
  return span < NOW_MS ? 'just now' : `${roughly(span)} ago`
}

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const FULL = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
})

export const clockTime = (timeMs: number): string => CLOCK.format(timeMs)
export const fullTime = (timeMs: number): string => FULL.format(timeMs)

const isSameDay = (first: number, second: number): boolean =>
  new Date(first).toDateString() === new Date(second).toDateString()

/** The time of day, with the day if it is another one. */
export const absolute = (timeMs: number, nowMs: number): string =>
  isSameDay(timeMs, nowMs) ? clockTime(timeMs) : `${DATE.format(timeMs)}, ${clockTime(timeMs)}`

/** `1 event`, `2 events`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${figure(count)}\u00a0${count === 1 ? noun : plural}`
