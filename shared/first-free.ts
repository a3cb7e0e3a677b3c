/**
 * Names for actors that were given none: the first one whose data folder no live process holds. LevelDB's lock decides, so two processes
 * that start at once never get the same one, and a process that was killed leaves its name free.
 */
import { Fault } from './fault.ts'

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code
const causeOf = (error: unknown): unknown => (error as { cause?: unknown } | undefined)?.cause

/** Is a LevelDB lock held by a live process at the bottom of this fault? Other reasons for `in-use` are not to be passed over in silence. */
const isHeld = (thrown: unknown): boolean => {
  for (let error = thrown; error !== undefined; error = causeOf(error))
    if (codeOf(error) === 'LEVEL_LOCKED') return true
  return false
}

/**
 * Opens the candidates in turn until one is free.
 * @throws whatever `open` throws but for a held lock; Fault `in-use` with `noneFree` when all candidates are held
 */
export const openFirstFree = async <Opened>(
  candidates: Iterable<string>,
  open: (candidate: string) => Promise<Opened>,
  noneFree: string,
): Promise<{ readonly name: string; readonly opened: Opened }> => {
  for (const name of candidates) {
    try {
      return { name, opened: await open(name) }
    } catch (thrown) {
      if (!isHeld(thrown)) throw thrown
    }
  }
  throw new Fault('in-use', noneFree)
}
