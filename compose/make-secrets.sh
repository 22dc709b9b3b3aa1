#!/bin/sh
# Make the secrets that docker-compose.yml names, a file each; what is already there stays, so it may run again.
# One that the environment or compose.env gives (as before there were files) is taken from there; others are drawn.
# A container's user is not this machine's: each file may be read by all, and the folder be entered by its owner alone.
set -eu
umask 022

here=$(dirname "$0")/..
folder=$here/secrets
settings=$here/compose.env
mkdir -p "$folder"
chmod 0700 "$folder"

given() { # NAME
    eval "value=\${$1:-}"
    [ -n "$value" ] || [ ! -e "$settings" ] || value=$(sed -n "s/^$1=//p" "$settings" | tail -n 1)
    printf '%s' "$value"
}
drawn() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
keep() { # file, value
    [ -e "$folder/$1" ] || printf '%s' "$2" >"$folder/$1"
    chmod 0444 "$folder/$1"
}
keep_or_draw() { # file, NAME
    value=$(given "$2")
    keep "$1" "${value:-$(drawn)}"
}

keep_or_draw postgres_password POSTGRES_PASSWORD
keep_or_draw temporal_db_password TEMPORAL_DB_PASSWORD
keep_or_draw escala_db_password ESCALA_DB_PASSWORD
keep escala_database_url "postgresql+asyncpg://escala:$(cat "$folder/escala_db_password")@postgresql:5432/escala"
keep_or_draw escala_secret_key ESCALA_SECRET_KEY
keep escala_imap_url "$(given ESCALA_IMAP_URL)"
keep escala_mail_oauth_client_secret "$(given ESCALA_MAIL_OAUTH_CLIENT_SECRET)"
keep escala_mail_oauth_refresh_token "$(given ESCALA_MAIL_OAUTH_REFRESH_TOKEN)"
keep escala_oidc_client_secret "$(given ESCALA_OIDC_CLIENT_SECRET)"
keep escala_telephone_secret "$(given ESCALA_TELEPHONE_SECRET)"

# Temporal's image takes its password from the environment alone.
if [ -e "$settings" ]; then
    sed -i "s/^TEMPORAL_DB_PASSWORD=$/TEMPORAL_DB_PASSWORD=$(cat "$folder/temporal_db_password")/" "$settings"
fi

mail=$(given ESCALA_SMTP_URL)
if [ -z "$mail" ] && [ ! -e "$folder/escala_smtp_url" ]; then
    echo "Give the mail server, once: ESCALA_SMTP_URL=smtp+starttls://user:password@host:587 sh $0" >&2
    exit 1
fi
keep escala_smtp_url "$mail"
