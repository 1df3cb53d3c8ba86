#!/usr/bin/env bash
# Compares the gateway's JSON reader with Jackson, Node and Python on generated request bodies.
# usage: load-tests/run json-fuzz [BODIES] [SEED]       a million bodies of seed 1 by default
# Bodies that the gateway's reader accepts must be read alike, to the last string and number, by Jackson in its strictest mode.
# A sample of them is also read by Node and Python, which keep the last of two members with equal names.
set -euo pipefail

# shellcheck source=load-tests/lib/script.sh
. "$(dirname "$0")/../lib/script.sh"
help_if_asked "$@"

SAMPLE=$(mktemp "${TMPDIR:-/tmp}/stillgate-json.XXXXXX")
trap 'rm -f "$SAMPLE"' EXIT

cd "$ROOT"
mvn -q -B -ntp -pl proxy -am test -Dtest=JsonDifferentialTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Djson.fuzz.bodies="${1:-1000000}" -Djson.fuzz.seed="${2:-1}" -Djson.fuzz.sample="$SAMPLE"
node "$HERE/json/last-wins.mjs" < "$SAMPLE"
python3 "$HERE/json/last_wins.py" < "$SAMPLE"
