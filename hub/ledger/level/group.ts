/** What gathers while the group before it syncs, besides the changes in the tables: values of the folder itself, the work to settle, and what to announce once it is durable. */
import { Appended } from '../appended.ts'

export class Group {
  /** null removes. */
  readonly values = new Map<string, string | null>()
  readonly appended = new Appended()
  readonly settled: (() => void)[] = []
}
