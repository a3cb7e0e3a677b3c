/** Ties the painter of the drivers to its canvas: it hears of moves past the page's state, asks for the map again when somebody moves whom it does not know, and follows theme, hints and the wish for no motion. */
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { lookAgain } from '../state/feed.ts'
import { isDark, wantsNoMotion } from '../state/preferences.ts'
import { isPaused, onMoves } from '../state/store.ts'
import { hinted } from './hinted.ts'
import { Painter } from './painter.ts'

const ASK_AGAIN_MS = 2000

/** Calls `lookAgain`, now or when it has been long enough since the last time. */
const askNowAndThen = (): { ask(): void; stop(): void } => {
  let askedMs = Number.NEGATIVE_INFINITY
  let asking: ReturnType<typeof setTimeout> | undefined
  const run = (): void => {
    asking = undefined
    askedMs = performance.now()
    lookAgain()
  }
  return {
    ask() {
      asking ??= setTimeout(run, Math.max(0, askedMs + ASK_AGAIN_MS - performance.now()))
    },
    stop: () => clearTimeout(asking),
  }
}

/** There from the first effect on. */
export const usePainter = (canvas: RefObject<HTMLCanvasElement | null>): RefObject<Painter | null> => {
  const painter = useRef<Painter>(null)
  useEffect(() => {
    const created = new Painter(canvas.current!)
    painter.current = created
    const { ask, stop } = askNowAndThen()
    // A driver is unknown once only, and so must be asked about, now or later.
    const forget = onMoves((moves) => {
      if (!isPaused.peek() && !created.move(moves)) ask()
    })
    return () => {
      stop()
      forget()
      created.stop()
    }
  }, [canvas])

  const still = wantsNoMotion.value
  const dark = isDark()
  useEffect(() => {
    painter.current!.isStill = still
  }, [still])
  // Colours come from the stylesheet, and change with the theme.
  useEffect(() => painter.current!.recolour(), [dark])
  useEffect(() => painter.current!.hint(hinted.value), [hinted.value])
  return painter
}
