#!/usr/bin/env bash
# Kills and stops the valkey-server of a fleet of three gateways under load.
#
# The store is killed, restarted, stopped (SIGSTOP) and continued. Prints a table and exits with 0 if no request failed, latency
# did not change and no account was granted more than promised.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: load-tests/run fleet [--quick] [--before S] [--killed S] [--stopped S] [--after S] [--gateways N]
  --before S    seconds with the store, default 15
  --killed S    seconds without the store's process, default 10
  --stopped S   seconds with the process stopped, default 30
  --after S     seconds with the store after each of the two, default 10
  --gateways N  default 3
  --quick       10, 5, 8 and 6 seconds, and latency is printed but not checked: a smoke test, no figures to quote
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

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"

command -v valkey-server > /dev/null || die "valkey-server is not installed"
build
(load_tests_java dev.stillgate.loadtests.fleet.FleetRun --stillgate "$ROOT/proxy/bin/stillgate" "${ARGUMENTS[@]}")
