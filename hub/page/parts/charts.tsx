/** Two charts on one time axis: events a second, and entries ready against unacknowledged. Lines differ in dashes as well as in colour; pointing at a moment tells its figures, of both charts. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { CoursePoint, Flow } from '../../../shared/watch.ts'
import type { Span } from '../addresses.ts'
import { clockTime, figure } from '../formats.ts'
import { isDark } from '../state/preferences.ts'
import { course } from '../state/store.ts'
import { colourOf } from './colours.ts'

interface Line {
  readonly name: keyof Flow
  readonly label: string
  readonly colour: string
  readonly dash: readonly number[]
  readonly isFilled?: true
}

interface ChartDefinition {
  readonly title: string
  readonly lines: readonly Line[]
}

const RATES: ChartDefinition = {
  title: 'Events a second',
  lines: [
    { name: 'in', label: 'In', colour: 'accent', dash: [], isFilled: true },
    { name: 'out', label: 'Out', colour: 'line-2', dash: [6, 3] },
    { name: 'acknowledged', label: 'Acknowledged', colour: 'line-3', dash: [2, 2] },
    { name: 'redelivered', label: 'Redelivered', colour: 'bad', dash: [9, 3, 2, 3] },
  ],
}

const ENTRIES: ChartDefinition = {
  title: 'Ready against unacknowledged',
  lines: [
    { name: 'ready', label: 'Ready', colour: 'warning', dash: [], isFilled: true },
    { name: 'unacknowledged', label: 'Unacknowledged', colour: 'accent', dash: [6, 3] },
  ],
}

const SPAN_SECONDS: Readonly<Record<Span, number>> = { minute: 60, hour: 3600 }
const MILLISECONDS = 1000
const AXIS_WIDTH = 46
const HEIGHT = 108
const TIME_AXIS_HEIGHT = 24

/** Of what hardly ever happens there is no line while nothing happens: a red one along the bottom would say that something does. */
const withoutRest = (values: readonly number[]): (number | null)[] =>
  values.map((value, index) => (value === 0 && !values[index - 1] && !values[index + 1] ? null : value))

/** By uPlot: seconds, then each line. */
const dataOf = (points: readonly CoursePoint[], lines: readonly Line[]): uPlot.AlignedData => [
  points.map(({ timeMs }) => timeMs / MILLISECONDS),
  ...lines.map(({ name }) => {
    const values = points.map((point) => point[name])
    return name === 'redelivered' ? withoutRest(values) : values
  }),
]

const seriesOf = ({ label, colour, dash, isFilled }: Line): uPlot.Series => {
  const stroke = colourOf(colour)
  return {
    label,
    stroke,
    width: 1.5,
    dash: [...dash],
    points: { show: false },
    ...(isFilled && { fill: stroke.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.12)') }),
  }
}

const atLeast = (most: number): [number, number] => [0, Math.max(most * 1.15, 5)]

interface Wiring {
  readonly width: number
  readonly seconds: number
  readonly hasTimes: boolean
  pointAt(index: number | null): void
}

const optionsOf = ({ lines }: ChartDefinition, wiring: Wiring): uPlot.Options => {
  const ink = colourOf('muted')
  const grid = { stroke: colourOf('line'), width: 1 }
  const axis = { stroke: ink, grid, ticks: { show: false }, font: '11px system-ui' }
  return {
    width: wiring.width,
    height: HEIGHT + (wiring.hasTimes ? TIME_AXIS_HEIGHT : 0),
    padding: [8, 24, wiring.hasTimes ? 0 : 4, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'course' }, points: { size: 6 } },
    scales: {
      x: { range: (_, __, last) => [(last ?? 0) - wiring.seconds, last ?? 0] },
      y: { range: (_, __, most) => atLeast(most ?? 0) },
    },
    axes: [
      {
        ...axis,
        grid: { ...grid, show: true },
        size: wiring.hasTimes ? TIME_AXIS_HEIGHT : 0,
        values: (_, moments) => moments.map((moment) => (wiring.hasTimes ? shortTime(moment) : '')),
        space: 70,
      },
      { ...axis, size: AXIS_WIDTH, space: 28, values: (_, values) => values.map(figure) },
    ],
    series: [{}, ...lines.map(seriesOf)],
    hooks: { setCursor: [(plot) => wiring.pointAt(plot.cursor.idx ?? null)] },
  }
}

const shortTime = (seconds: number): string => clockTime(seconds * MILLISECONDS)

const Legend = ({ lines, point }: { lines: readonly Line[]; point: CoursePoint | undefined }) => (
  <ul class="legend">
    {lines.map(({ name, label, colour, dash }) => (
      <li key={name}>
        <svg width="22" height="8" aria-hidden="true" class={`swatch ${colour}`}>
          <path d="M1 4h20" stroke-dasharray={dash.join(' ')} />
        </svg>
        {label} <b>{point === undefined ? '–' : figure(point[name])}</b>
      </li>
    ))}
  </ul>
)

interface ChartProps {
  readonly definition: ChartDefinition
  readonly span: Span
  readonly hasTimes: boolean
}

const Chart = ({ definition, span, hasTimes }: ChartProps) => {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const pointed = useSignal<number | null>(null)
  const points = course.value[span]
  const dark = isDark()
  // Colours come from the stylesheet, and change with `dark`
  useEffect(() => {
    const element = place.current!
    const wiring: Wiring = {
      width: element.clientWidth,
      seconds: SPAN_SECONDS[span],
      hasTimes,
      pointAt: (index) => {
        pointed.value = index
      },
    }
    const created = new uPlot(optionsOf(definition, wiring), dataOf(points, definition.lines), element)
    plot.current = created
    const observer = new ResizeObserver(() =>
      created.setSize({ width: element.clientWidth, height: created.height }),
    )
    observer.observe(element)
    return () => {
      observer.disconnect()
      created.destroy()
    }
  }, [span, dark, definition, hasTimes])
  useEffect(() => plot.current?.setData(dataOf(points, definition.lines)), [points, definition])
  const point = points[pointed.value ?? points.length - 1] ?? points.at(-1)
  return (
    <figure class="chart" data-chart={definition.title}>
      <figcaption>
        <span class="chart-title">{definition.title}</span>
        <Legend lines={definition.lines} point={point} />
        <span class="muted chart-time">
          {point !== undefined && pointed.value !== null && clockTime(point.timeMs)}
        </span>
      </figcaption>
      <div ref={place} class="plot" aria-hidden="true" />
    </figure>
  )
}

export const Charts = ({ span }: { readonly span: Span }) => (
  <div class="charts">
    <Chart definition={RATES} span={span} hasTimes={false} />
    <Chart definition={ENTRIES} span={span} hasTimes={true} />
  </div>
)
