/**
 * The page's one store. Messages change a state that nobody sees, and at most once an animation frame it becomes the one that is shown: however much the hub says, the page draws once a frame. A page in the background gets no frames and draws
 * nothing, one that is paused neither. Positions of drivers go past it: the map draws them itself.
 */
import { computed, signal } from '@preact/signals'
import type { Moves } from '../../../shared/watch.ts'
import { type Message, NOTHING_YET, type PageState, reduce } from './state.ts'

let newest = NOTHING_YET
let isAsked = false

const shown = signal<PageState>(NOTHING_YET)
/** Nothing moves until it is false again; the connection alone is told all the same. */
export const isPaused = signal(false)

export const connection = computed(() => shown.value.connection)
export const hello = computed(() => shown.value.hello)
export const summary = computed(() => shown.value.summary)
export const course = computed(() => shown.value.course)
export const content = computed(() => shown.value.content)
export const isStale = computed(() => shown.value.isStale)
export const audit = computed(() => shown.value.audit)
export const depths = computed(() => shown.value.depths)
export const asOfMs = computed(() => shown.value.asOfMs)
export const isOperator = computed(() => shown.value.hello?.role === 'operator')

/** The hub's clock, whole seconds: what says how long ago something was follows it. */
export const nowMs = signal(Date.now())

const localMs = (): number => Date.now()

const show = (): void => {
  isAsked = false
  if (!isPaused.peek() || mustShow(shown.peek())) shown.value = newest
}

/** Whoever goes to another view, or is asked for a token, wants to see it although the page is paused. */
const mustShow = ({ connection, look, content }: PageState): boolean =>
  newest.connection !== connection || newest.look !== look || content.kind === 'loading'

export const tell = (message: Message): void => {
  newest = reduce(newest, message)
  if (isAsked) return
  isAsked = true
  requestAnimationFrame(show)
}

/** What has come is there already, shown or not. */
export const known = (): PageState => newest

export const setPaused = (paused: boolean): void => {
  isPaused.value = paused
  if (!paused) show()
}

type MovesListener = (moves: Moves) => void
const movesListeners = new Set<MovesListener>()

export const onMoves = (listener: MovesListener): (() => void) => {
  movesListeners.add(listener)
  return () => movesListeners.delete(listener)
}

const MOST_DRIVERS = 10_000
const lastSeen = new Map<string, number>()

/** When a driver was last heard of, in this session; 0 if never. */
export const lastSeenMs = (driver: string): number => lastSeen.get(driver) ?? 0

export const tellMoves = (moves: Moves): void => {
  if (lastSeen.size > MOST_DRIVERS) lastSeen.clear()
  for (const [driver, , , timeMs] of moves) lastSeen.set(driver, timeMs)
  for (const listener of movesListeners) listener(moves)
}

const SECOND_MS = 1000

/** Ticks at the hub's whole seconds. */
export const startClock = (): void => {
  const tick = () => {
    const now = localMs() + newest.clockOffsetMs
    if (!isPaused.value) nowMs.value = now
    setTimeout(tick, SECOND_MS - (now % SECOND_MS))
  }
  tick()
}
