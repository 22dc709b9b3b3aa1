#!/bin/sh
# Run once by the PostgreSQL image, on an empty volume: each of the two programs owns its databases and no other.
set -eu

psql --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" \
    --set temporal_password="$(cat /run/secrets/temporal_db_password)" \
    --set escala_password="$(cat /run/secrets/escala_db_password)" <<'SQL'
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE ROLE escala LOGIN PASSWORD :'escala_password';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
CREATE DATABASE escala OWNER escala;
SQL
