/** The smallest value that 99 of 100 are not above; null of nothing. */
export const p99 = (values: readonly number[]): number | null => {
  const sorted = values.toSorted((one, other) => one - other)
  const value = sorted[Math.ceil(sorted.length * 0.99) - 1]
  return value === undefined ? null : Math.round(value)
}
