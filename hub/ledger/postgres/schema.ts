/**
 * The schema `caps` of the database, step by step. A step is never changed once it was released: what is to be otherwise is a new one. Plain SQL, so that databases which speak PostgreSQL's language serve as well.
 *
 * Columns are what SQL looks for, orders by or compares; the rest of a row is JSON that only the hub reads. Texts that are compared have the collation `C`: ranges are in the order of bytes, as they are on LevelDB.
 */

/** What brings the schema to the version of its place in this list, counted from 1. */
const STEPS: readonly string[] = [
  `
CREATE TABLE caps.schema_version (version integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now());

-- The hub that writes: there is one row. A group is written only under the fence that the hub took.
CREATE TABLE caps.hubs (
  hub integer PRIMARY KEY,
  fence bigint NOT NULL,
  last_group bigint NOT NULL,
  open_from bigint NOT NULL,
  alive_ms bigint
) WITH (fillfactor = 10);
INSERT INTO caps.hubs VALUES (1, 0, 0, 1, NULL);

-- The end of all positions that hubs have reserved.
CREATE TABLE caps.positions (one integer PRIMARY KEY, last bigint NOT NULL) WITH (fillfactor = 10);
INSERT INTO caps.positions VALUES (1, 0);

CREATE TABLE caps.orders (
  key text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  time text COLLATE "C" NOT NULL,
  state text NOT NULL,
  driver text,
  holder text COLLATE "C",
  owed bigint NOT NULL,
  ended_ms bigint,
  details text NOT NULL,
  events text NOT NULL,
  dispatch text NOT NULL,
  history text NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX orders_by_time ON caps.orders (time, key);
CREATE INDEX orders_by_holder ON caps.orders (holder, key) WHERE holder IS NOT NULL;
CREATE INDEX orders_by_end ON caps.orders (ended_ms, key) WHERE ended_ms IS NOT NULL;

CREATE TABLE caps.participants (
  id text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  is_active boolean NOT NULL,
  away_since_ms bigint,
  floor bigint NOT NULL,
  queued bigint NOT NULL,
  retrying bigint NOT NULL,
  dead bigint NOT NULL,
  closed text
) WITH (fillfactor = 50);

CREATE TABLE caps.rosters (
  store text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  participants text NOT NULL
);

CREATE TABLE caps.entries (
  participant text COLLATE "C" NOT NULL,
  place text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  entry text NOT NULL,
  PRIMARY KEY (participant, place, position)
);

CREATE TABLE caps.revocations (
  participant text COLLATE "C" PRIMARY KEY,
  revoked_ms bigint NOT NULL
);

CREATE TABLE caps.notes (
  kind text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (kind, name)
);
`,
]

/** The version that this hub reads and writes. */
export const SCHEMA_VERSION = STEPS.length

/** SQL that leads from a version to ours. */
export const stepsFrom = (version: number): string[] =>
  STEPS.slice(version).map(
    (step, index) => `${step}\nINSERT INTO caps.schema_version (version) VALUES (${version + index + 1});`,
  )
