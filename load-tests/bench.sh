#!/usr/bin/env bash
# Runs the JMH benchmarks and prints time and bytes allocated for each operation. Arguments are JMH's own, such as a
# pattern of names, or -f 3 -i 10 for figures to quote; without any, a few seconds each.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
proxy/bin/stillgate version >&2 # builds on first use

find_java() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/*; do
    [ -x "$home/bin/java" ] && [ -f "$home/release" ] || continue
    if [ "$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")" -ge 25 ]; then
      printf '%s\n' "$home/bin/java"
      return
    fi
  done
  echo "bench.sh: no JDK 25 or newer found; install one and set JAVA_HOME to it" >&2
  return 1
}

log=$(mktemp "${TMPDIR:-/tmp}/stillgate-bench.XXXXXX")
trap 'rm -f "$log"' EXIT
java=$(find_java)
[ $# -gt 0 ] || set -- -f 1 -wi 3 -w 1 -i 5 -r 1
if ! "$java" -cp "load-tests/target/classes:load-tests/target/lib/*" org.openjdk.jmh.Main \
  -prof gc -foe true \
  -jvmArgsAppend "-XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" \
  "$@" >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
# The table alone, less the lines of the profiler that only say how often the collector ran.
sed -n '/^Benchmark /,$p' "$log" | grep -v 'gc\.count\|gc\.time\|gc\.alloc\.rate '
