/** An entry's name on the wire: its position, which nobody needs to understand. */
export const tokenOf = (position: number): string => position.toString(36)

/** A lease's name on the wire: that of its pickup, and how long the order's history was before, which only ever grows. */
export const leaseTokenOf = (position: number, historyLength: number): string =>
  `${tokenOf(position)}.${tokenOf(historyLength)}`

/** The position that a token names; null for what is no token of ours. */
export const positionOf = (token: string): number | null => {
  const position = Number.parseInt(token, 36)
  return Number.isSafeInteger(position) && tokenOf(position) === token ? position : null
}
