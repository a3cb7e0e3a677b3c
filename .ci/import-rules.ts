/** Who may import what, as tables; the reasons are in the decision "one way" of the house: pure in the middle, wired in one place. */

export interface DirectionRow {
  /** A file, or a folder with all below it. The first row that covers a file decides. */
  readonly from: string
  readonly may: readonly string[]
  /** With `import type` only. */
  readonly mayTypes?: readonly string[]
}

const PORTS = ['hub/intake/', 'hub/delivery/', 'hub/sessions/', 'hub/upkeep/']
const EVERYTHING = ['']

/** One of the four parts of the hub that decide: it knows neither the others nor the rim. */
const deciding = (from: string): DirectionRow => ({ from, may: ['shared/', 'hub/domain/', from] })

/** A rim of the hub: it may name what the parts declare, and calls nothing but what it was given. */
const rim = (from: string, mayTypes: readonly string[], may: readonly string[] = []): DirectionRow => ({
  from,
  may: ['shared/', 'hub/domain/', from, ...may],
  mayTypes,
})

/** Who may come in, and what he may do: the same for sockets and HTTP. */
const ACCESS = 'hub/access/'

const wiring = (from: string): DirectionRow => ({ from, may: ['shared/', 'hub/'] })

export const DIRECTIONS: readonly DirectionRow[] = [
  { from: 'shared/', may: ['shared/'] },
  { from: 'vendor/', may: ['shared/', 'vendor/'] },
  { from: 'driver/', may: ['shared/', 'driver/'] },
  { from: 'hub/domain/', may: ['shared/', 'hub/domain/'] },
  ...PORTS.map(deciding),
  { from: ACCESS, may: ['shared/', 'hub/domain/', ACCESS] },
  rim('hub/ledger/', PORTS),
  rim('hub/sockets/', ['hub/'], [ACCESS]),
  rim('hub/http/', ['hub/'], [ACCESS]),
  // How fast and how much a peer may send, and when it is cut, is the same for those who watch.
  rim('hub/watch/', ['hub/'], [ACCESS, 'hub/sockets/']),
  // The browser's: bin/build.js builds it of these files, and builds it anew when one of them changes.
  { from: 'hub/page/', may: ['hub/page/', 'shared/ids.ts', 'shared/watch.ts'], mayTypes: ['shared/'] },
  ...[
    'hub/hub.ts',
    'hub/hub-parts.ts',
    'hub/doors.ts',
    'hub/among-hubs.ts',
    'hub/main.ts',
    'hub/config.ts',
    'hub/ledger-ports.ts',
    'hub/open-ledger.ts',
    'hub/owed.ts',
    'hub/reports.ts',
    'hub/track.ts',
  ].map(wiring),
  // What is left in the folder itself serves the wiring.
  { from: 'hub/', may: ['shared/', 'hub/domain/', 'hub/setting-rows.ts'] },
  { from: 'bin/', may: EVERYTHING },
  // Whoever judges the hub shares nothing with it.
  { from: 'test/chaos/checker/', may: ['test/chaos/checker/'], mayTypes: ['test/chaos/'] },
  { from: 'test/', may: EVERYTHING },
  { from: 'examples/', may: EVERYTHING },
  { from: '.ci/', may: EVERYTHING },
]

/** Built from our files: not there in a clean checkout, and only what starts programs may import it. */
export const BUILT = { folder: 'dist/', importers: ['bin/', 'test/'] } as const

const TRIALS = ['test/', 'examples/']
const PAGE = 'hub/page/'

/** Packages that only some of ours may know. Types count as well. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'socket.io': ['hub/sockets/', ...TRIALS],
  'socket.io-client': ['shared/link/', PAGE, ...TRIALS],
  preact: [PAGE],
  '@preact/signals': [PAGE],
  uplot: [PAGE],
  vite: [PAGE],
  sirv: ['hub/http/', ...TRIALS],
  'classic-level': ['hub/ledger/', 'shared/outbox/', ...TRIALS],
  'memory-level': ['hub/ledger/', 'shared/outbox/', ...TRIALS],
  pg: ['hub/ledger/', ...TRIALS],
  'rate-limiter-flexible': ['hub/sockets/', ...TRIALS],
  jose: ['hub/access/', ...TRIALS],
  caps: TRIALS,
}

/** What others import the link library by; the one file that may export what another one declares. */
export const BARREL = 'shared/link/index.ts'

/** Files that may read the process's environment. */
export const ENVIRONMENT_READERS = /^(?:bin\/|test\/|examples\/|\.ci\/)|\/(?:config|main)\.ts$/
