#!/usr/bin/env bash
# Finds the sustained rate of this machine and changes the policy a thousand times at half of it.
#
# Runs a gateway with the four shipped filters, a stub model and the Gatling driver. One change in ten is invalid. The same load
# without changes is measured for comparison. Exits with 0 if no request failed, no stream was cut, each change was applied or
# rejected as expected, and p99 is within noise.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: load-tests/run reload-storm [options]
  --from R      first rate to try, in requests per second (200)
  --to R        last rate to try (20000)
  --step S      seconds at each rate (15)
  --rate R      half of the sustained rate if it is known: skips the search
  --seconds S   duration of the storm (60)
  --reloads N   number of policy changes (1000)
  --p99 MS      upper bound of p99 for a rate to count as sustained (100)
TEXT
}

FROM=200 TO=20000 STEP=15 RATE='' SECONDS_LONG=60 RELOADS=1000 P99=100
while [ $# -gt 0 ]; do
  case $1 in
    --from) FROM=${2:?}; shift ;;
    --to) TO=${2:?}; shift ;;
    --step) STEP=${2:?}; shift ;;
    --rate) RATE=${2:?}; shift ;;
    --seconds) SECONDS_LONG=${2:?}; shift ;;
    --reloads) RELOADS=${2:?}; shift ;;
    --p99) P99=${2:?}; shift ;;
    -h|--help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

# shellcheck source=load-tests/lib/script.sh
. "$(dirname "$0")/../lib/script.sh"
# shellcheck source=load-tests/lib/measure.sh
. "$LOAD_TESTS/lib/measure.sh"
OUT=$(mktemp "${TMPDIR:-/tmp}/stillgate-reload-storm.XXXXXX")
trap 'rm -f "$OUT"' EXIT

run() { # scenario, rate, seconds, p99, options...: writes the output to $OUT and returns the exit status
  local scenario=$1 rate=$2 seconds=$3 p99=$4
  shift 4
  "$LOAD_TESTS/run" gatling "$scenario" --rate "$rate" --seconds "$seconds" --p99 "$p99" "$@" > "$OUT" 2>&1
}

p99() { sed -n 's/^99th percentile of "answer": \([0-9]*\) ms.*/\1/p' "$OUT" | tail -1; }
failed() { sed -n 's/.*Global: count of failed events.*(actual : \([0-9.]*\)).*/\1/p' "$OUT" | tail -1; }
details() { sed -n 's/^gatling: \(.*\)/\1/p' "$OUT" | sed 's/^/reload-storm:   /' >&2; }

say "$(machine_load)"
if [ -z "$RATE" ]; then
  GOOD=0 rate=$FROM
  while [ "$rate" -le "$TO" ]; do
    if run SteadyRate "$rate" "$STEP" "$P99"; then
      say "$rate per second: sustained, p99 $(p99) ms"; details
      GOOD=$rate
    else
      say "$rate per second: not sustained, p99 $(p99) ms, failed: $(failed)"; details
      [ -n "$(p99)" ] || { tail -40 "$OUT" >&2; exit 1; }
      break
    fi
    rate=$((rate * 5 / 4))
  done
  [ "$GOOD" -gt 0 ] || { say "the first rate was not sustained"; exit 1; }
  say "sustained rate: $GOOD per second"
  RATE=$((GOOD / 2))
fi

say "at $RATE per second without changes"
run ReloadStorm "$RATE" "$SECONDS_LONG" 60000 --reloads 0 || { tail -40 "$OUT" >&2; exit 1; }
CALM=$(p99)
say "  p99 $CALM ms, failed: $(failed)"; details
say "the same with $RELOADS changes, $((RELOADS / 10)) of them invalid"
STATUS=0
run ReloadStorm "$RATE" "$SECONDS_LONG" 60000 --reloads "$RELOADS" || STATUS=$?
[ -n "$(p99)" ] || { tail -40 "$OUT" >&2; exit 1; }
say "  p99 $(p99) ms, failed: $(failed)"; details
grep -o 'the model got .*' "$OUT" >&2 || true
# Within noise: up to half as much again, plus 10 ms for other work of the machine.
awk -v calm="$CALM" -v storm="$(p99)" 'BEGIN { exit !(storm <= 1.5 * calm + 10) }' || { say "p99 is not within noise"; STATUS=1; }
exit "$STATUS"
