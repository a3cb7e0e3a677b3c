import { Fault } from '../../shared/fault.ts'

/** `promise`, or a rejection that says `what` did not come in time. */
export const within = <T>(promise: Promise<T>, limitMs: number, what: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Fault('overdue', `Waited ${Math.round(limitMs / 1000)} s for ${what}.`)),
      limitMs,
    )
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
