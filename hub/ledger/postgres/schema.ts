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
  `
-- A row a hub that is or was. Others count up \`told\` whenever they change what this hub takes for granted; its next group is refused until it has looked.
ALTER TABLE caps.hubs DROP COLUMN open_from, ADD COLUMN told bigint NOT NULL DEFAULT 0, ADD COLUMN is_live boolean NOT NULL DEFAULT false;

-- What hubs say of themselves, about once a second.
CREATE TABLE caps.beats (
  hub integer PRIMARY KEY,
  beat bigint NOT NULL,
  free integer NOT NULL,
  waiting integer NOT NULL
) WITH (fillfactor = 10);

-- Positions at which a hub may still add entries.
CREATE TABLE caps.blocks (
  first bigint PRIMARY KEY,
  last bigint NOT NULL,
  hub integer NOT NULL
) WITH (fillfactor = 10);

-- Which hub a participant is connected to, or was.
CREATE TABLE caps.owners (
  participant text COLLATE "C" PRIMARY KEY,
  hub integer NOT NULL
);
CREATE INDEX owners_by_hub ON caps.owners (hub, participant);

-- What each hub has added to the counters of a participant since its row was made.
CREATE TABLE caps.counts (
  participant text COLLATE "C" NOT NULL,
  hub integer NOT NULL,
  floor bigint NOT NULL,
  queued bigint NOT NULL,
  retrying bigint NOT NULL,
  dead bigint NOT NULL,
  PRIMARY KEY (participant, hub)
) WITH (fillfactor = 50);

CREATE INDEX entries_by_position ON caps.entries (position) WHERE place <> 'dead';
`,
  `
-- Parcels that the drivers of a hub take in all.
ALTER TABLE caps.beats ADD COLUMN capacity integer NOT NULL DEFAULT 0;
`,
  `
-- What each hub tells the others about once a second and nobody needs to keep: empty after a crash.
CREATE UNLOGGED TABLE caps.shares (
  hub integer PRIMARY KEY,
  fence bigint NOT NULL,
  told_at timestamptz NOT NULL,
  share text NOT NULL
) WITH (fillfactor = 10);
`,
  `
-- Orders that were erased lately, in the order in which they were: who is told of something looks here what is new. Nothing personal stands in it.
CREATE TABLE caps.erasures (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text COLLATE "C" NOT NULL,
  erasure text NOT NULL,
  told_at timestamptz NOT NULL DEFAULT now()
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
