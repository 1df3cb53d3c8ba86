#!/usr/bin/env bash
# Gives operators' orders at random gateways of a fleet while gateways, disks, clocks, links and the store fail or are attacked.
# usage: load-tests/run orders-chaos [--seed N] [--minutes M] [--gateways G] [--approvals N] [--heal S] [--faults F,F...]
# Each minute or so everything is healed, and every gateway must show the orders that a model of all answers predicts, within
# --heal seconds (30). The plan of faults and orders follows from the seed. STILLGATE_CMD names another gateway's command.
# Exits with 1 if an acknowledged order is lost, doubled, out of order, ends at another time or is not enforced.
# So it does if an erased account is known, or an attack succeeds. The directory with the log of all operations is then kept.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"

for tool in valkey-server valkey-cli cc; do
  command -v "$tool" > /dev/null || die "$tool is not installed; the packages are valkey-server and gcc"
done
build
cc -O2 -Wall -shared -fPIC -o "$RUN/clock.so" "$HERE/orders-chaos/clock.c" || die "the library of clocks does not compile"
(load_tests_java -Xmx160m -XX:+UseSerialGC dev.stillgate.loadtests.orders.OrdersChaos \
  --stillgate "${STILLGATE_CMD:-$ROOT/proxy/bin/stillgate}" --clock-library "$RUN/clock.so" "$@")
