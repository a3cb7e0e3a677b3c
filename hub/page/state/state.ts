/**
 * What the page knows, and how each message of the hub changes it. What is shown stays what it was while the hub is away, with the time it was true at. Everything is capped: one page of a list, twenty troubles, fifty audit lines, the
 * depths of the queues on screen over two minutes. Pure.
 */
import type { AuditLine, Changed, Course, Hello, QueueRow, Shown, Summary } from '../../../shared/watch.ts'
import { type Content, contentOf, withChanges } from './content.ts'
import { NO_COURSE, withSummary } from './course.ts'

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'away'; readonly sinceMs: number; readonly isStopping: boolean }
  /** The hub asks for a token, or takes this one no more. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

export type DepthSample = readonly [timeMs: number, depth: number]

export interface PageState {
  readonly connection: Connection
  readonly hello: Hello | null
  readonly summary: Summary | null
  readonly course: Course
  /** A name for the look that `content` answers. */
  readonly look: string
  readonly content: Content
  /** Rows may have come or gone since. */
  readonly isStale: boolean
  readonly audit: readonly AuditLine[]
  readonly depths: Readonly<Record<string, readonly DepthSample[]>>
  /** By the hub's clock: what is shown was true then. */
  readonly asOfMs: number | null
  /** To be added to this machine's clock to have the hub's. */
  readonly clockOffsetMs: number
}

export type Message =
  | { readonly kind: 'hello'; readonly hello: Hello; readonly localMs: number }
  | { readonly kind: 'summary'; readonly summary: Summary; readonly localMs: number }
  | { readonly kind: 'audit'; readonly lines: readonly AuditLine[] }
  | { readonly kind: 'looking'; readonly look: string; readonly keeps: boolean }
  | { readonly kind: 'shown'; readonly look: string; readonly shown: Shown; readonly localMs: number }
  | { readonly kind: 'changed'; readonly changed: Changed; readonly localMs: number }
  | { readonly kind: 'connection'; readonly connection: Connection }
  /** Somebody else looks from now on. */
  | { readonly kind: 'forget' }

export const NOTHING_YET: PageState = {
  connection: { kind: 'connecting' },
  hello: null,
  summary: null,
  course: NO_COURSE,
  look: '',
  content: { kind: 'loading' },
  isStale: false,
  audit: [],
  depths: {},
  asOfMs: null,
  clockOffsetMs: 0,
}

const MOST_AUDIT_LINES = 50
const DEPTH_SPAN_MS = 120_000
/** Closer than this to the one before it, a sample takes its place. */
const DEPTH_STEP_MS = 900
const sampled = (
  samples: readonly DepthSample[] = [],
  timeMs: number,
  depth: number,
): readonly DepthSample[] => {
  const before = samples.at(-2)
  const isClose = before !== undefined && timeMs - before[0] < DEPTH_STEP_MS
  const kept = isClose ? samples.slice(0, -1) : samples
  return [...kept.filter(([at]) => at > timeMs - DEPTH_SPAN_MS), [timeMs, depth]]
}

const queuesIn = (content: Content): readonly QueueRow[] => {
  if (content.kind === 'queues') return content.list.rows
  return content.kind === 'queue' ? [content.queue] : []
}

/** Of the queues on screen only; those that have left it are forgotten. */
const withDepths = (state: PageState, nowMs: number): PageState => {
  const queues = queuesIn(state.content)
  if (queues.length === 0) return state
  const depths = queues.map(({ participant, depth }) => [
    participant,
    sampled(state.depths[participant], nowMs, depth),
  ])
  return { ...state, depths: Object.fromEntries(depths) }
}

const hubMs = ({ clockOffsetMs }: PageState, localMs: number): number => localMs + clockOffsetMs

const VIEW_OF_CONTENT: Partial<Record<Content['kind'], Changed['view']>> = {
  map: 'map',
  orders: 'orders',
  order: 'order',
  queues: 'queues',
  queue: 'queue',
  'dead-letters': 'dead-letters',
}

const withChanged = (state: PageState, changed: Changed, localMs: number): PageState => {
  // It may be about what was looked at before.
  if (VIEW_OF_CONTENT[state.content.kind] !== changed.view) return state
  const asOfMs = hubMs(state, localMs)
  const next = {
    ...state,
    asOfMs,
    content: withChanges(state.content, changed),
    isStale: state.isStale || changed.isStale === true,
  }
  return changed.queues === undefined ? next : withDepths(next, asOfMs)
}

const withShown = (state: PageState, { look, shown, localMs }: Message & { kind: 'shown' }): PageState => {
  if (look !== state.look) return state
  const asOfMs = hubMs(state, localMs)
  const course = shown.ok && 'course' in shown ? shown.course : state.course
  return withDepths({ ...state, course, asOfMs, content: contentOf(shown), isStale: false }, asOfMs)
}

const withSecond = (state: PageState, summary: Summary, localMs: number): PageState => {
  const next = {
    ...state,
    summary,
    course: withSummary(state.course, summary),
    asOfMs: summary.nowMs,
    clockOffsetMs: summary.nowMs - localMs,
  }
  // A queue that rests changes nothing, and its line goes on all the same.
  return withDepths(next, summary.nowMs)
}

/** A hub that has told nothing new is away since the first time it was found so. */
const withConnection = (state: PageState, connection: Connection): PageState => {
  const { connection: before } = state
  if (connection.kind !== 'away' || before.kind !== 'away') return { ...state, connection }
  return { ...state, connection: { ...connection, sinceMs: before.sinceMs } }
}

export const reduce = (state: PageState, message: Message): PageState => {
  switch (message.kind) {
    case 'hello': {
      const { hello, localMs } = message
      const live = { kind: 'live' } as const
      return { ...state, hello, connection: live, clockOffsetMs: hello.nowMs - localMs, audit: [] }
    }
    case 'summary':
      return withSecond(state, message.summary, message.localMs)
    case 'audit':
      return { ...state, audit: [...state.audit, ...message.lines].slice(-MOST_AUDIT_LINES) }
    case 'looking':
      // The rows that are there stay until the new ones come, if it is the same kind of list.
      return message.keeps
        ? { ...state, look: message.look }
        : { ...state, look: message.look, content: { kind: 'loading' }, isStale: false, depths: {} }
    case 'shown':
      return withShown(state, message)
    case 'changed':
      return withChanged(state, message.changed, message.localMs)
    case 'forget':
      return { ...NOTHING_YET, look: state.look }
    case 'connection':
      return withConnection(state, message.connection)
    default:
      return message satisfies never
  }
}
