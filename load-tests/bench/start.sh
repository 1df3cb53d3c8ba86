#!/usr/bin/env bash
# Measures a start with and without the cache of "stillgate train".
# usage: load-tests/run start [--runs N] [--seconds S] [--rate N]
# Gateways run on core 0 in turn, the stub model and h2load on core 1. The table gives medians: wall time and CPU until
# ready, the first request, and CPU of the first S seconds (default 60, 0 for none) at N requests a second (default 500).
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
# shellcheck source=load-tests/lib/measure.sh
. "$LOAD_TESTS/lib/measure.sh"

RUNS=3 LENGTH=60 RATE=500
while [ $# -gt 0 ]; do
  case $1 in
    --runs) RUNS=$2 ;;
    --seconds) LENGTH=$2 ;;
    --rate) RATE=$2 ;;
    *) bad_usage ;;
  esac
  shift 2
done
for tool in h2load taskset curl; do command -v "$tool" > /dev/null || die "$tool is not installed"; done
check_two_idle_cores
build
start_stub
taskset -a -c -p 1 "${STARTED[-1]}" > /dev/null
PORT=$(free_port) ADMIN=$(free_port)
mkdir "$RUN/log"
cp "$ROOT/config/geo/GeoLite2-Country.mmdb" "$RUN/"
fill() { sed -e "s|@RUN@|$RUN|g" -e "s|@STUB@|$STUB_PORT|g" -e "s|@PORT@|$PORT|g" -e "s|@ADMIN@|$ADMIN|g" -e "s|@POLICY@|all|g" "$HERE/compare/$1"; }
fill stillgate.yaml > "$RUN/stillgate.yaml"
{
  fill policy.yaml
  fill filters.yaml | awk '/^# (requests|tokens|prints|all|marked)/ { on = / all( |$)/ } on && !/^#/'
} > "$RUN/all-policy.yaml"
printf '{"model":"stub-1","max_tokens":100,"messages":[{"role":"user","content":"%s"}]}' \
  "$(for _ in $(seq 23); do printf 'Why did the tide table and the pencil disagree? '; done)" > "$RUN/body.json"
FIELDS=(-H 'content-type: application/json' -H 'anthropic-version: 2023-06-01' -H 'x-api-key: sk-start' -H 'x-forwarded-for: 3.3.3.3' -H 'x-stub: fixed')

# Two copies of the release, so that one has a cache and the other has none.
for kind in without with; do
  cp -r "$ROOT/proxy/target/dist" "$RUN/$kind"
  rm -f "$RUN/$kind/lib/stillgate.aot"
done
STILLGATE_CONFIG_DIR=$ROOT/config "$RUN/with/bin/stillgate" train > "$RUN/train.out" 2>&1 || die "the training failed: $(tail -n 5 "$RUN/train.out")"

seconds() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.3f", b - a }'; }

measure() { # with or without -> a line in $RUN/start.KIND
  local began ready cpu first pid line
  began=$EPOCHREALTIME
  start "$1" taskset -c 0 "$RUN/$1/bin/stillgate" run --config "$RUN/stillgate.yaml" --drain-seconds 0
  pid=${STARTED[-1]}
  until taskset -c 1 curl -sf -o /dev/null -m 1 "http://127.0.0.1:$ADMIN/readyz"; do
    sleep 0.01
    kill -0 "$pid" 2> /dev/null || die "the gateway did not start: $(cat "$RUN/$1.err")"
  done
  ready=$(seconds "$began")
  cpu=$(cpu_ticks "$pid")
  first=$(curl -s -o "$RUN/first.out" -w '%{time_total}' -m 5 "${FIELDS[@]}" -d @"$RUN/body.json" "http://127.0.0.1:$PORT/v1/messages")
  grep -q '"type":"message"' "$RUN/first.out" || die "the first request failed: $(cat "$RUN/first.out")"
  line="$ready $cpu $first 0"
  if [ "$LENGTH" -gt 0 ]; then
    taskset -c 1 h2load --h1 -t 1 -c 10 --rps $((RATE / 10)) -D "$LENGTH" -d "$RUN/body.json" "${FIELDS[@]}" "http://127.0.0.1:$PORT/v1/messages" > "$RUN/h2load.out" 2>&1
    grep -q ' 0 3xx, 0 4xx, 0 5xx' "$RUN/h2load.out" || die "unsuccessful responses: $(tail -n 12 "$RUN/h2load.out")"
    line="$ready $cpu $first $(cpu_ticks "$pid")"
  fi
  echo "$line" >> "$RUN/start.$1"
  say "$1: $line"
  kill "$pid"
  wait "$pid" 2> /dev/null || true
}

for _ in $(seq "$RUNS"); do
  measure without
  measure with
done
hertz=$(getconf CLK_TCK)
echo "| | ready, s | CPU until ready, s | first request, ms | CPU of the first $LENGTH s at $RATE requests a second, s |"
echo "|---|--:|--:|--:|--:|"
for kind in without with; do
  awk -v kind="$kind" -v hz="$hertz" -v ready="$(median "$RUN/start.$kind" 1)" -v cpu="$(median "$RUN/start.$kind" 2)" \
    -v first="$(median "$RUN/start.$kind" 3)" -v all="$(median "$RUN/start.$kind" 4)" \
    'BEGIN { printf "| %s the cache | %.2f | %.2f | %.0f | %.1f |\n", kind, ready, cpu / hz, first * 1000, all / hz }'
done
