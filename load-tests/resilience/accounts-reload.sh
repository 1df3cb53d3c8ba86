#!/usr/bin/env bash
# Reloads a million-line accounts.yaml of a gateway under load.
#
# Prints the time and the processor time of each reload, and the latency of requests with and without a reload. Exits with 0 if
# no request failed, every reload took less than five seconds, and p99 during a reload is at most five times that without plus
# 20 ms.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: load-tests/run accounts-reload [options]
  --accounts N  number of accounts (1000000)
  --reloads N   number of reloads (5)
  --rate R      requests per second (200)
  --seconds S   duration of the measurement without a reload (20)
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

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
# shellcheck source=load-tests/lib/measure.sh
. "$LOAD_TESTS/lib/measure.sh"

build
start_stub
ADMIN=$(free_port) PORT=$(free_port)
sed -e "s|@STUB@|$STUB_PORT|" -e "s|@CONFIG@|$ROOT/config|g" "$LOAD_TESTS/gatling/open-policy.yaml" > "$RUN/policy.yaml"
sed -e "s|@PORT@|$PORT|" -e "s|@ADMIN@|$ADMIN|" "$LOAD_TESTS/gatling/stillgate.yaml" > "$RUN/stillgate.yaml"
echo "watch: false" >> "$RUN/stillgate.yaml" # reloads are requested, so that they can be timed
RELOADER=dev.stillgate.loadtests.reload.AccountsReload
(load_tests_java "$RELOADER" write "$RUN/accounts.yaml" "$ACCOUNTS")
say "$(wc -l < "$RUN/accounts.yaml") lines, $(($(wc -c < "$RUN/accounts.yaml") / 1000000)) MB;" \
  "$(machine_load)"
start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"
(load_tests_java "$RELOADER" "$PORT" "$ADMIN" "${STARTED[-1]}" "$RUN/accounts.yaml" "$ACCOUNTS" "$RELOADS" "$RATE" "$CALM") \
  || { say "goal missed; the gateway's garbage collection pauses:"; curl -s "http://127.0.0.1:$ADMIN/metrics" | grep '^jvm_gc_pause' >&2; exit 1; }
say "garbage collection pauses: $(curl -s "http://127.0.0.1:$ADMIN/metrics" | sed -n 's/^jvm_gc_pause_seconds_max{\(.*\)} \(.*\)/\2 s (\1)/p' | tr '\n' ' ')"
