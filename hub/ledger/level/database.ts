import type { AbstractLevel } from 'abstract-level'

/** What classic-level and memory-level have in common: keys and values are text, keys in byte order. */
export type Database = AbstractLevel<string | Buffer | Uint8Array, string, string>
