/** What a planted bug is; the lists are in `named.ts` and in a file a section of docs/RULES.md. */

/** A small named change that must make a test or a programme fail. */
export interface Plant {
  /** What goes wrong, as a bug report's title: `confirms before the sync`. */
  readonly name: string
  /** The rule that it breaks (docs/RULES.md), whose tests alone catch it; absent for the named bugs. */
  readonly rule?: string
  readonly file: string
  /** Found exactly once in the file. */
  readonly from: string
  readonly to: string
  /** Test files to run (paths from the root). */
  readonly tests: readonly string[]
  /** A programme that must fail too, as arguments of node: `['--import', 'tsx', 'test/simulation/main.ts', '--seeds', '50']`. */
  readonly programme?: readonly string[]
  /** Running out of time counts as caught: the bug is a loop without an end. */
  readonly mayHang?: true
}
