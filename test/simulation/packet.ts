/** What becomes of a message's arguments on the wire: Socket.IO's JSON, and the callback apart from them. */
type Callback = (...answer: unknown[]) => void

export const copyOf = (values: readonly unknown[]): unknown[] =>
  values.length === 0 ? [] : (JSON.parse(JSON.stringify(values)) as unknown[])

export const splitCallback = (
  args: readonly unknown[],
): { values: readonly unknown[]; callback: Callback | null } => {
  const last = args.at(-1)
  return typeof last === 'function'
    ? { values: args.slice(0, -1), callback: last as Callback }
    : { values: args, callback: null }
}
