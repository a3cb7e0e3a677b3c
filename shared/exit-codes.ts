/** How the programs end; the README's table says the same. */
export const EXIT = {
  ok: 0,
  /** Something broke: a storage error, a bug, orders missing at the end of a counted run. */
  fault: 1,
  /** A flag or an environment variable is not as expected. */
  configuration: 2,
  /** The port or the data folder belongs to another process, or the folder is of an unknown format. */
  inUse: 3,
  /** Another process took this participant's place. */
  displaced: 4,
  /** The hub refused the connection for good. */
  refused: 5,
} as const
