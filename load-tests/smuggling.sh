#!/usr/bin/env bash
# The smuggling corpus through a live gateway, cut in two at every byte (at every 97th of the few payloads over 2,000 bytes):
# the upstream must see each request once or never, and never the one that is smuggled. Some minutes.
set -euo pipefail

cd "$(dirname "$0")/.."
mvn -q -B -ntp -pl proxy -am test -Dtest='SmugglingTest,SmugglingFragmentsTest' -Dsurefire.failIfNoSpecifiedTests=false \
    -Dsmuggling.splits=all
