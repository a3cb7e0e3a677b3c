import type { DepthSample } from '../state/state.ts'

const SPAN_MS = 120_000

interface SparklineProps {
  readonly samples: readonly DepthSample[] | undefined
  readonly width: number
  readonly height: number
}

/** How a queue grew and drained over the last two minutes; the figure stands beside it. */
export const Sparkline = ({ samples = [], width, height }: SparklineProps) => {
  const lastMs = samples.at(-1)?.[0] ?? 0
  const most = Math.max(1, ...samples.map(([, depth]) => depth))
  const points = samples.map(([timeMs, depth]) => {
    const x = width - ((lastMs - timeMs) / SPAN_MS) * width
    return `${x.toFixed(1)} ${(height - 1 - (depth / most) * (height - 3)).toFixed(1)}`
  })
  const first = points[0]?.split(' ')[0]
  return (
    <svg
      class="sparkline"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      <path class="base" d={`M0 ${height - 1}H${width}`} />
      {points.length > 1 && (
        <>
          <path class="area" d={`M${first} ${height - 1}L${points.join('L')}V${height - 1}z`} />
          <path class="top" d={`M${points.join('L')}`} />
        </>
      )}
    </svg>
  )
}
