#!/bin/sh
# Make Temporal's tables, or bring them to this version; what is already there stays.
set -eu

SQL_PASSWORD=$(cat /run/secrets/temporal_db_password)
export SQL_PASSWORD

in_database() {
    database=$1
    shift
    temporal-sql-tool --plugin postgres12 --ep postgresql --port 5432 --user temporal --db "$database" "$@"
}

for pair in temporal:temporal temporal_visibility:visibility; do
    in_database "${pair%%:*}" setup-schema --version 0.0
    in_database "${pair%%:*}" update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/${pair##*:}/versioned"
done
