/** Answers. A message that came without a callback is processed all the same, and its answer counted. */

export type Callback = (answer: unknown) => void

/** The callback of a message, and its other arguments. */
export const splitCallback = (
  args: readonly unknown[],
): { args: readonly unknown[]; callback: Callback | null } => {
  const last = args.at(-1)
  return typeof last === 'function'
    ? { args: args.slice(0, -1), callback: last as Callback }
    : { args, callback: null }
}
