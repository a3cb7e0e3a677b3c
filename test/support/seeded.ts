/** Random numbers that are the same for the same seed (mulberry32, https://github.com/bryc/code/blob/master/jshash/PRNGs.md). */
export interface Seeded {
  /** From `least` to `most`, both included. */
  whole(least: number, most: number): number
  oneOf<T>(list: readonly T[]): T
}

export const seeded = (seed: number): Seeded => {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole: Seeded['whole'] = (least, most) => least + Math.floor(next() * (most - least + 1))
  return { whole, oneOf: (list) => list[whole(0, list.length - 1)]! }
}
