#!/usr/bin/env bash
# Lets a running gateway read a large accounts.yaml anew while requests come at an even pace, and prints how long each reload
# took, on the wall and of the gateway's processor time, and what requests felt beside it and without it. Exits 0 when no
# request failed, every reload took less than five seconds, and p99 beside one is within five times that without and 20 ms.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: load-tests/accounts-reload.sh [options]
  --accounts N  how many accounts (1000000)
  --reloads N   how often (5)
  --rate R      requests a second (200)
  --seconds S   without a reload, to compare with (20)
TEXT
}

ACCOUNTS=1000000 RELOADS=5 RATE=200 CALM=20
while [ $# -gt 0 ]; do
    case $1 in
        --accounts) ACCOUNTS=${2:?}; shift ;;
        --reloads) RELOADS=${2:?}; shift ;;
        --rate) RATE=${2:?}; shift ;;
        --seconds) CALM=${2:?}; shift ;;
        -h|--help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=load-tests/processes.sh
. "$HERE/processes.sh"

build
start_stub
ADMIN=$(free_port) PORT=$(free_port)
sed -e "s|@STUB@|$STUB_PORT|" -e "s|@CONFIG@|$ROOT/config|g" "$HERE/gatling/open-policy.yaml" > "$RUN/policy.yaml"
sed -e "s|@PORT@|$PORT|" -e "s|@ADMIN@|$ADMIN|" "$HERE/gatling/stillgate.yaml" > "$RUN/stillgate.yaml"
echo "watch: false" >> "$RUN/stillgate.yaml" # a reload is asked for, so that it can be timed
RELOADER=dev.stillgate.loadtests.reload.AccountsReload
(load_tests_java "$RELOADER" write "$RUN/accounts.yaml" "$ACCOUNTS")
say "$(wc -l < "$RUN/accounts.yaml") lines, $(($(wc -c < "$RUN/accounts.yaml") / 1000000)) MB;" \
    "the machine's load is $(cut -d' ' -f1 /proc/loadavg) on $(nproc) processors"
start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"
(load_tests_java "$RELOADER" "$PORT" "$ADMIN" "${STARTED[-1]}" "$RUN/accounts.yaml" "$ACCOUNTS" "$RELOADS" "$RATE" "$CALM") \
    || { say "missed; the gateway's pauses:"; curl -s "http://127.0.0.1:$ADMIN/metrics" | grep '^jvm_gc_pause' >&2; exit 1; }
say "pauses of the collector: $(curl -s "http://127.0.0.1:$ADMIN/metrics" | sed -n 's/^jvm_gc_pause_seconds_max{\(.*\)} \(.*\)/\2 s (\1)/p' | tr '\n' ' ')"
