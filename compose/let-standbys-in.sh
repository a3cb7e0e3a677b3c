#!/bin/bash
# Runs once, when the primary is made: lets standbys in, with the password of the owner. From the next start on a commit waits for a standby, also when none is there: that is what CAPS_DURABILITY=replicated means. Said any sooner, the making of the database would wait for one.
set -euo pipefail
echo 'host replication all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
echo "synchronous_standby_names = '*'" >> "$PGDATA/postgresql.conf"
