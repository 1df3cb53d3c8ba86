#!/usr/bin/env bash
# Fuzzed request bodies through the reader that meters them: what passes must be read alike, to the last text and number,
# by Jackson at its strictest, and a sample by Node's and Python's parsers, which take the last of two equal names.
#
#   load-tests/json-fuzz.sh [BODIES] [SEED]       a million bodies of seed 1 unless given
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
SAMPLE=$(mktemp "${TMPDIR:-/tmp}/stillgate-json.XXXXXX")
trap 'rm -f "$SAMPLE"' EXIT

cd "$ROOT"
mvn -q -B -ntp -pl proxy -am test -Dtest=JsonDifferentialTest -Dsurefire.failIfNoSpecifiedTests=false \
    -Djson.fuzz.bodies="${1:-1000000}" -Djson.fuzz.seed="${2:-1}" -Djson.fuzz.sample="$SAMPLE"
node "$HERE/json/last-wins.mjs" < "$SAMPLE"
python3 "$HERE/json/last_wins.py" < "$SAMPLE"
