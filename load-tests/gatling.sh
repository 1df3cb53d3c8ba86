#!/usr/bin/env bash
# Runs a Gatling simulation against a stub model and a gateway of its own on free loopback ports, and exits as Gatling does:
# 0 when every assertion holds. The policy that the gateway runs with is load-tests/gatling/policy.yaml.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: load-tests/gatling.sh [SIMULATION] [--seconds S] [--reports]
  SIMULATION    default TokenBudget
  --seconds S   how long it asks, default 20
  --reports     also make Gatling's pages of charts, in load-tests/gatling/target/gatling
TEXT
}

SIMULATION=TokenBudget SECONDS_ASKING=20 NO_REPORTS=true
while [ $# -gt 0 ]; do
    case $1 in
        --seconds) SECONDS_ASKING=$2; shift ;;
        --reports) NO_REPORTS=false ;;
        -h|--help) usage; exit 0 ;;
        -*) usage >&2; exit 2 ;;
        *) SIMULATION=$1 ;;
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
for file in stillgate.yaml policy.yaml; do
    sed -e "s|@STUB@|$STUB_PORT|" -e "s|@PORT@|$PORT|" -e "s|@ADMIN@|$ADMIN|" "$HERE/gatling/$file" > "$RUN/$file"
done
list_accounts modest:standard modest-gold:gold greedy:standard greedy-gold:gold long-prompts:standard \
    long-answers:standard many-at-once:narrow waking:standard > "$RUN/accounts.yaml"
start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"

cd "$ROOT"
mvn -q -B -Pgatling -pl load-tests/gatling test-compile gatling:test \
    -Dgatling.simulationClass="dev.stillgate.loadtests.gatling.$SIMULATION" -Dgatling.noReports="$NO_REPORTS" \
    -Dtarget="http://127.0.0.1:$PORT" -Dpolicy="$RUN/policy.yaml" -Dseconds="$SECONDS_ASKING"
