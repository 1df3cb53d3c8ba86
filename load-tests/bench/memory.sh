#!/usr/bin/env bash
# Measures the memory of idle connections and of open streams in a gateway with all filters.
# usage: load-tests/run memory [--connections N] [--streams N]
# Each row is a gateway of its own, which has served a few thousand requests before. The heap is what lives after a full
# collection; resident memory is that of the process. Both are divided by the number of connections or streams.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
# shellcheck source=load-tests/lib/measure.sh
. "$LOAD_TESTS/lib/measure.sh"

CONNECTIONS=10000 STREAMS=5000
while [ $# -gt 0 ]; do
  case $1 in
    --connections) CONNECTIONS=$2 ;;
    --streams) STREAMS=$2 ;;
    *) bad_usage ;;
  esac
  shift 2
done
[ "$(ulimit -n)" -gt $((CONNECTIONS + 1000)) ] || die "the limit of open files ($(ulimit -n)) is too small"
build
start_stub -Xmx512m

mkdir "$RUN/log"
cp "$ROOT/config/geo/GeoLite2-Country.mmdb" "$RUN/"
fill() { sed -e "s|@RUN@|$RUN|g" -e "s|@STUB@|$STUB_PORT|g" "$HERE/compare/$1"; }
{
  fill policy.yaml
  fill filters.yaml | awk '/^# (requests|tokens|prints|all|marked)/ { on = / all( |$)/ } on && !/^#/'
} > "$RUN/policy.yaml"

live_kb() { # pid -> heap in use after a full collection
  "$JAVA_HOME/bin/jcmd" "$1" GC.run > /dev/null
  "$JAVA_HOME/bin/jcmd" "$1" GC.heap_info | sed -n 's/.*used \([0-9]*\)K.*/\1/p' | head -n 1
}

hold() { # protocol, kind, number: starts the connections and waits until they are open
  mkfifo "$RUN/input.$1.$2"
  exec 9<> "$RUN/input.$1.$2"
  : > "$RUN/open.out"
  (load_tests_java dev.stillgate.loadtests.memory.OpenConnections "$PORT" "$1" "$2" "$3") < "$RUN/input.$1.$2" > "$RUN/open.out" 2>&1 9>&- &
  STARTED+=("$!")
  for _ in $(seq 600); do
    ! grep -q '^open' "$RUN/open.out" || return 0
    kill -0 "${STARTED[-1]}" 2>/dev/null || die "the connections could not be opened: $(cat "$RUN/open.out")"
    sleep 0.2
  done
  die "the connections were not open after two minutes"
}

stop() { # process
  kill "$1" 2> /dev/null || true
  wait "$1" 2> /dev/null || true
}

row() { # protocol, kind, number
  local gateway heap rss more
  PORT=$(free_port) ADMIN=$(free_port)
  cat > "$RUN/stillgate.yaml" <<TEXT
listeners: [{address: "127.0.0.1:$PORT"}]
admin: {address: "127.0.0.1:$ADMIN"}
threads: 1
policy: policy.yaml
hashing: {h1: "memory comparison, no secret"}
accessLog: {path: "$RUN/access.log"}
limits: {connections: 20000, connectionsPerAddress: 20000}
TEXT
  start_gateway "$1-$2" "$RUN/stillgate.yaml" "$ADMIN"
  gateway=${STARTED[-1]}
  hold "$1" idle 2000 # loads the classes and fills the pools
  stop "${STARTED[-1]}"
  sleep 2
  rm -f "$RUN/input.$1.idle"
  heap=$(live_kb "$gateway")
  rss=$(($(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$gateway/status")))
  hold "$1" "$2" "$3"
  more=$(($(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$gateway/status") - rss))
  heap=$(($(live_kb "$gateway") - heap))
  awk -v p="$1" -v k="$2" -v n="$3" -v heap="$heap" -v rss="$more" \
    'BEGIN { printf "| %d %s, HTTP/%s | %.1f | %.1f |\n", n, k == "idle" ? "idle connections" : "open streams", p == "http1" ? "1.1" : "2", heap / n, rss / n }'
  stop "${STARTED[-1]}"
  stop "$gateway"
  rm -f "$RUN/input.$1.$2"
}

machine_load >&2
echo "| held | live heap, kB each | resident memory, kB each |"
echo "|---|--:|--:|"
row http1 idle "$CONNECTIONS"
row http2 idle "$CONNECTIONS"
row http1 streams "$STREAMS"
row http2 streams "$STREAMS"
