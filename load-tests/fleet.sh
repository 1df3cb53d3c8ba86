#!/usr/bin/env bash
# Three gateways and a real valkey-server under load: the store is killed, started again, stopped (SIGSTOP) and sent on.
# Prints a table, and exits 0 when no request failed, latency stayed where it was and no more was granted than is promised.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: load-tests/fleet.sh [--quick] [--before S] [--killed S] [--stopped S] [--after S] [--gateways N]
  --before S    seconds with the store, default 15
  --killed S    seconds without its process, default 10
  --stopped S   seconds for which it stands still, default 30
  --after S     seconds with the store after each of the two, default 10
  --gateways N  default 3
  --quick       10, 5, 8 and 6 seconds, latency shown and not judged: to see that it holds, not to quote
TEXT
}

ARGUMENTS=()
while [ $# -gt 0 ]; do
    case $1 in
        --quick) ARGUMENTS+=(--before 10 --killed 5 --stopped 8 --after 6 --latency shown) ;;
        --before|--killed|--stopped|--after|--gateways) ARGUMENTS+=("$1" "${2:?$1 needs a value}"); shift ;;
        -h|--help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=load-tests/processes.sh
. "$HERE/processes.sh"

command -v valkey-server > /dev/null || die "valkey-server is not installed"
build
(load_tests_java dev.stillgate.loadtests.fleet.FleetRun --stillgate "$ROOT/proxy/bin/stillgate" "${ARGUMENTS[@]}")
