#!/usr/bin/env bash
# Sends the request smuggling corpus through a gateway, split in two at every byte.
# usage: load-tests/run smuggling
# The few payloads over 2,000 bytes are split at every 97th byte. The upstream must see each request at most once, and never
# the smuggled one. Takes some minutes.
set -euo pipefail

# shellcheck source=load-tests/lib/script.sh
. "$(dirname "$0")/../lib/script.sh"
help_if_asked "$@"

cd "$ROOT"
mvn -q -B -ntp -pl proxy -am test -Dtest='SmugglingTest,SmugglingFragmentsTest' -Dsurefire.failIfNoSpecifiedTests=false \
  -Dsmuggling.splits=all
