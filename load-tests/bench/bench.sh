#!/usr/bin/env bash
# Runs the JMH benchmarks and prints time and allocated bytes per operation.
# usage: load-tests/run bench [JMH arguments]
# The arguments are JMH's own: a pattern of benchmark names, or -f 3 -i 10 for figures to quote. Without any, each
# benchmark runs for a few seconds.
set -euo pipefail

# shellcheck source=load-tests/lib/script.sh
. "$(dirname "$0")/../lib/script.sh"

[ "${1:-}" != --help ] || help_if_asked --help # -h is JMH's

cd "$ROOT"
proxy/bin/stillgate version >&2 # builds on first use
log=$(mktemp "${TMPDIR:-/tmp}/stillgate-bench.XXXXXX")
trap 'rm -f "$log"' EXIT
java=$(find_java)/bin/java
[ $# -gt 0 ] || set -- -f 1 -wi 3 -w 1 -i 5 -r 1
if ! "$java" -cp "load-tests/target/classes:load-tests/target/lib/*" org.openjdk.jmh.Main \
  -prof gc -foe true \
  -jvmArgsAppend "-XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" \
  "$@" >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
# The table without the profiler's lines about the collector's runs.
sed -n '/^Benchmark /,$p' "$log" | grep -v 'gc\.count\|gc\.time\|gc\.alloc\.rate '
