#!/bin/bash
# Runs once, when the primary is made: lets standbys in, with the password of the owner.
set -euo pipefail
echo 'host replication all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
