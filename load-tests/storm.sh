#!/usr/bin/env bash
# Finds the rate at which a gateway with the four shipped filters, a stub model and the driver saturate this machine, then
# changes the policy over and over at half of it, one change in ten of them wrong, and prints both beside the same load without
# changes. Exits 0 when nothing failed or was cut, every change was taken or refused as it should be, and p99 is within noise.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: load-tests/storm.sh [options]
  --from R      the first rate that is tried, in requests a second (200)
  --to R        the last (20000)
  --step S      seconds at each rate (15)
  --rate R      half of saturation, when it is known: nothing is looked for
  --seconds S   how long the storm lasts (60)
  --reloads N   how many changes (1000)
  --p99 MS      what the slowest of a hundred may take for a rate to count as sustained (100)
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

HERE=$(cd "$(dirname "$0")" && pwd)
OUT=$(mktemp "${TMPDIR:-/tmp}/stillgate-storm.XXXXXX")
trap 'rm -f "$OUT"' EXIT
say() { echo "storm: $*" >&2; }

run() { # scenario, rate, seconds, p99, options...: its output is in $OUT, its status is returned
    local scenario=$1 rate=$2 seconds=$3 p99=$4
    shift 4
    "$HERE/gatling.sh" "$scenario" --rate "$rate" --seconds "$seconds" --p99 "$p99" "$@" > "$OUT" 2>&1
}

p99() { sed -n 's/.*answer: 99th percentile of response time.*(actual : \([0-9.]*\)).*/\1/p' "$OUT" | tail -1; }
failed() { sed -n 's/.*Global: count of failed events.*(actual : \([0-9.]*\)).*/\1/p' "$OUT" | tail -1; }
told() { sed -n 's/^gatling: \(.*\)/\1/p' "$OUT" | sed 's/^/storm:   /' >&2; }

say "the machine's load is $(cut -d' ' -f1 /proc/loadavg) on $(nproc) processors"
if [ -z "$RATE" ]; then
    GOOD=0 rate=$FROM
    while [ "$rate" -le "$TO" ]; do
        if run SteadyRate "$rate" "$STEP" "$P99"; then
            say "$rate a second: sustained, p99 $(p99) ms"; told
            GOOD=$rate
        else
            say "$rate a second: not sustained, p99 $(p99) ms, failed: $(failed)"; told
            [ -n "$(p99)" ] || { tail -40 "$OUT" >&2; exit 1; }
            break
        fi
        rate=$((rate * 5 / 4))
    done
    [ "$GOOD" -gt 0 ] || { say "not even the first rate was sustained"; exit 1; }
    say "saturation: $GOOD a second were sustained"
    RATE=$((GOOD / 2))
fi

say "at $RATE a second without changes"
run ReloadStorm "$RATE" "$SECONDS_LONG" 60000 --reloads 0 || { tail -40 "$OUT" >&2; exit 1; }
CALM=$(p99)
say "  p99 $CALM ms, failed: $(failed)"; told
say "the same with $RELOADS changes, $((RELOADS / 10)) of them wrong"
STATUS=0
run ReloadStorm "$RATE" "$SECONDS_LONG" 60000 --reloads "$RELOADS" || STATUS=$?
[ -n "$(p99)" ] || { tail -40 "$OUT" >&2; exit 1; }
say "  p99 $(p99) ms, failed: $(failed)"; told
grep -o 'the model was asked for .*' "$OUT" >&2 || true
# Within noise: half as much again, and 10 ms for a machine that does something else now and then.
awk -v calm="$CALM" -v storm="$(p99)" 'BEGIN { exit !(storm <= 1.5 * calm + 10) }' || { say "p99 is not within noise"; STATUS=1; }
exit "$STATUS"
