/** Icons, drawn by hand on a grid of 16; they take the colour of the text around them. */

const PATHS = {
  now: 'M2 9h2.5L6.5 4l3 8.5L11.5 9H14',
  map: 'M8 14s4.5-4.2 4.5-7.5a4.5 4.5 0 0 0-9 0C3.5 9.8 8 14 8 14zM8 8a1.6 1.6 0 1 0 0-3.2A1.6 1.6 0 0 0 8 8z',
  orders: 'M2.5 5 8 2.5 13.5 5v6L8 13.5 2.5 11zM2.5 5 8 7.5 13.5 5M8 7.5v6',
  queues: 'M2.5 4h11M2.5 8h8M2.5 12h5',
  'dead-letters': 'M2.5 4.5h11v7.5h-11zM2.5 4.5 8 9l5.5-4.5M9.5 14.5l3-3m0 3-3-3',
  system: 'M3 3.5h10v4H3zM3 9h10v4H3zM5.2 5.5h.1M5.2 11h.1',
  check: 'M3 8.5 6.5 12 13 4.5',
  warning: 'M8 2.5 14.2 13H1.8zM8 6.8v2.8M8 11.3v.1',
  cross: 'M4 4l8 8M12 4l-8 8',
  dot: 'M8 7a1 1 0 1 0 0 2 1 1 0 0 0 0-2z',
  ring: 'M8 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z',
  half: 'M8 3.5a4.5 4.5 0 1 0 0 9zM8 3.5a4.5 4.5 0 0 1 0 9',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.2v9.6L12.5 8z',
  replay: 'M3.2 8a4.8 4.8 0 1 0 1.6-3.6M3 2.5v3.2h3.2',
  trash: 'M3 4.5h10M6.3 4.5v-2h3.4v2M4.3 4.5l.6 9h6.2l.6-9',
  download: 'M8 2.5v7.5m0 0L5 7.2M8 10l3-2.8M3 13.2h10',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.3v1.4M8 13.3v1.4M1.3 8h1.4M13.3 8h1.4M3.3 3.3l1 1M11.7 11.7l1 1M12.7 3.3l-1 1M4.3 11.7l-1 1',
  moon: 'M13 9.6A5.4 5.4 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6z',
  clock: 'M8 2.3a5.7 5.7 0 1 0 0 11.4A5.7 5.7 0 0 0 8 2.3zM8 5v3.2l2.2 1.4',
  truck:
    'M1.5 4h8v7h-8zM9.5 6.5h2.7L14.5 9v2h-5M4.2 12.7a1.3 1.3 0 1 0 0-2.6 1.3 1.3 0 0 0 0 2.6zM11.6 12.7a1.3 1.3 0 1 0 0-2.6 1.3 1.3 0 0 0 0 2.6z',
  store: 'M2.5 6.5 3.8 3h8.4l1.3 3.5M2.5 6.5h11M3.5 6.5V13h9V6.5M6.5 13V9.5h3V13',
  search: 'M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4zM10.2 10.2 13.5 13.5',
  next: 'M6 3.5 10.5 8 6 12.5',
  back: 'M10 3.5 5.5 8l4.5 4.5',
  plus: 'M8 3.5v9M3.5 8h9',
  minus: 'M3.5 8h9',
  fit: 'M2.8 6V2.8H6M10 2.8h3.2V6M13.2 10v3.2H10M6 13.2H2.8V10',
  key: 'M10.5 2.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8.3 7.7 2.8 13.2M5 11l1.8 1.8',
  away: 'M2.5 2.5l11 11M4.2 7.3A6 6 0 0 1 8 6c1.5 0 2.8.5 3.8 1.3M6.3 9.7a3 3 0 0 1 3.4 0M8 12.4v.1',
} as const

export type IconName = keyof typeof PATHS

/** Beside a text that says the same: it is hidden from whoever hears the page. */
export const Icon = ({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) => (
  <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
)

export const Mark = () => (
  <svg class="mark" width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" />
    <path d="M7 12.5 16 8l9 4.5v8L16 25l-9-4.5zM7 12.5 16 17l9-4.5M16 17v8" />
  </svg>
)
