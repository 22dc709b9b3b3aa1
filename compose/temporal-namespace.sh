#!/bin/sh
# Make the namespace that holds the cases; Escala's migrations give it its search attributes and its retention.
set -eu

attempts=30
until temporal operator cluster health >/dev/null 2>&1; do
    attempts=$((attempts - 1))
    [ "$attempts" -gt 0 ] || { echo "Temporal did not become healthy" >&2; exit 1; }
    sleep 2
done
temporal operator namespace describe --namespace "$NAMESPACE" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$NAMESPACE" --retention 72h

# The front ends learn of a new namespace from a cache; what follows must find it.
until temporal workflow list --namespace "$NAMESPACE" --limit 1 >/dev/null 2>&1; do
    attempts=$((attempts - 1))
    [ "$attempts" -gt 0 ] || { echo "The namespace $NAMESPACE did not appear" >&2; exit 1; }
    sleep 2
done
