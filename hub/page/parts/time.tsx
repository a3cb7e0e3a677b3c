import { absolute, age, ago, fullTime } from '../formats.ts'
import { times } from '../state/preferences.ts'
import { nowMs } from '../state/store.ts'

/** A time as it is liked: how long ago, or when; all of it where one points. */
export const Time = ({ ms }: { readonly ms: number }) => (
  <time dateTime={new Date(ms).toISOString()} title={fullTime(ms)}>
    {times.value === 'relative' ? ago(ms, nowMs.value) : absolute(ms, nowMs.value)}
  </time>
)

/** Both, where there is room. */
export const BothTimes = ({ ms }: { readonly ms: number }) => (
  <time dateTime={new Date(ms).toISOString()} title={fullTime(ms)}>
    {absolute(ms, nowMs.value)} <span class="muted">· {ago(ms, nowMs.value)}</span>
  </time>
)

/** How old something is, without `ago`. */
export const Age = ({ ms }: { readonly ms: number }) => (
  <time dateTime={new Date(ms).toISOString()} title={fullTime(ms)}>
    {age(ms, nowMs.value)}
  </time>
)
