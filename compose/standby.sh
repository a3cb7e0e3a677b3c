#!/bin/bash
# Copies the primary, once, and follows it.
set -euo pipefail
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  PGPASSWORD=$POSTGRES_PASSWORD pg_basebackup --pgdata="$PGDATA" --checkpoint=fast --write-recovery-conf \
    --dbname="host=database user=$POSTGRES_USER application_name=standby password=$POSTGRES_PASSWORD"
  chown -R postgres:postgres "$PGDATA"
  chmod 700 "$PGDATA"
fi
# With the configuration of the primary: once it is promoted, a commit waits for a standby of its own.
exec docker-entrypoint.sh postgres -c max_wal_size=4GB -c shared_buffers=512MB -c wal_keep_size=1GB
