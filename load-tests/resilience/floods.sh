#!/usr/bin/env bash
# Floods a gateway with idle, slow and never reading connections beside honest load.
# usage: load-tests/run floods [HALF_OPEN [NEVER_READING [SECONDS [RATE]]]]
# Half-open connections send nothing, part of a head, or a body byte by byte; the others request a stream and never read it.
# Prints what honest clients saw and how much memory a hostile connection costs. Exits with 1 if the flood slows honest clients.
# If HAProxy is installed, the same runs against HAProxy with the same timeouts, for comparison: clients, flood, proxy and model
# share the processors. Then a gateway with few file descriptors is flooded beyond that number: its health endpoint must answer
# and its processor must stay mostly idle.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"

HALF_OPEN=${1:-5000} NEVER_READING=${2:-500} SECONDS_EACH=${3:-30} RATE=${4:-200}
DESCRIPTORS=400

build
start_stub
configure() { # -> PORT ADMIN, and files in $RUN/$1
  PORT=$(free_port) ADMIN=$(free_port)
  mkdir -p "$RUN/$1"
  sed -e "s|@STUB@|$STUB_PORT|" -e "s|@CONFIG@|$ROOT/config|g" "$LOAD_TESTS/gatling/open-policy.yaml" > "$RUN/$1/policy.yaml"
  sed -e "s|@PORT@|$PORT|" -e "s|@ADMIN@|$ADMIN|" -e 's|, trustedHops: 1||' "$LOAD_TESTS/gatling/stillgate.yaml" > "$RUN/$1/stillgate.yaml"
  cp "$RUN/$1/stillgate.yaml" "$RUN/stillgate.yaml"
  list_accounts honest:standard > "$RUN/$1/accounts.yaml"
}

configure roomy
start_gateway roomy "$RUN/roomy/stillgate.yaml" "$ADMIN"
slowed=0
(load_tests_java dev.stillgate.loadtests.flood.FloodRun "$PORT" sk-honest "$HALF_OPEN" "$NEVER_READING" "$SECONDS_EACH" "$RATE" \
  "$ADMIN" "${STARTED[-1]}") || slowed=1

if command -v haproxy > /dev/null; then
  RIVAL=$(free_port)
  mkdir "$RUN/log"
  sed -e "s|@PORT@|$RIVAL|" -e "s|@STUB@|$STUB_PORT|" -e "s|@RUN@|$RUN|" -e "s|@MAXCONN@|$(haproxy_connections 8000)|g" \
    -e 's|nbthread 1|nbthread 2|' -e 's|timeout client 300s|timeout client 60s\n    timeout http-request 15s|' "$LOAD_TESTS/bench/compare/haproxy.cfg" > "$RUN/haproxy.cfg"
  start haproxy haproxy -db -f "$RUN/haproxy.cfg"
  await_port haproxy "$RIVAL"
  say "the same against HAProxy:"
  (load_tests_java dev.stillgate.loadtests.flood.FloodRun "$RIVAL" sk-honest "$HALF_OPEN" "$NEVER_READING" "$SECONDS_EACH" "$RATE")
fi

configure narrow
with_few_descriptors() { ulimit -n "$DESCRIPTORS"; exec "$@"; }
start narrow with_few_descriptors "$ROOT/proxy/bin/stillgate" run --config "$RUN/narrow/stillgate.yaml" --drain-seconds 1
await_port narrow "$ADMIN"
NARROW=${STARTED[-1]}
ticks() { awk '{print $14 + $15}' "/proc/$NARROW/stat"; }
start holders load_tests_java dev.stillgate.loadtests.flood.HeldConnections "$PORT" $((2 * DESCRIPTORS)) 12
sleep 4
before=$(ticks)
health=$(curl -s -o /dev/null -m 2 -w '%{http_code}' "http://127.0.0.1:$ADMIN/healthz" || true)
overloaded=$(curl -s -m 2 "http://127.0.0.1:$ADMIN/metrics" | sed -n 's/^stillgate_overloaded //p' || true)
refused=$(curl -s -m 2 "http://127.0.0.1:$ADMIN/metrics" | sed -n 's/^stillgate_connections_refused_total{reason="overload"} //p' || true)
sleep 4
share=$(( ($(ticks) - before) * 100 / ($(getconf CLK_TCK) * 4) ))
say "with $DESCRIPTORS descriptors and $((2 * DESCRIPTORS)) connections: healthz $health, overloaded $overloaded, refused $refused, processor $share %"
[ "$health" = 200 ] || die "the admin API does not respond"
[ "$share" -lt 50 ] || die "the gateway is in a busy loop"
[ "$slowed" = 0 ] || die "the flood slows honest clients"
say "passed"
