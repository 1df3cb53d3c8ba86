#!/usr/bin/env bash
# Runs one of the Jazzer fuzz targets; lists them without arguments.
# usage: load-tests/run fuzz [TARGET [MINUTES]]       5 minutes by default
# The targets are readers of untrusted input. Inputs that fail are written to fuzz-findings/TARGET. After the fix, add the
# input to the target's corpus, which `mvn verify` replays.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"

# Prints module and class of each target.
targets() {
  (cd "$ROOT" && find proxy plugins -path '*/src/test/java/*' -name '*Fuzz.java' \
    | sed -E 's|^(.*)/src/test/java/(.*)\.java$|\1 \2|; s|/|.|g; s|^plugins\.|plugins/|' | sort)
}

if [ $# -eq 0 ]; then
  targets | sed -E 's/.*\.(.*)Fuzz$/\1/'
  exit
fi
read -r MODULE CLASS < <(targets | grep "\.$1Fuzz$") || die "no target $1"
JAVA=$(find_java)/bin/java
FOUND=$ROOT/fuzz-findings/$1
mkdir -p "$FOUND/corpus"

cd "$ROOT"
mvn -q -B -ntp -Pfuzz -pl "$MODULE" -am test-compile dependency:build-classpath \
  -Dmdep.includeScope=test -Dmdep.outputFile="$RUN/classpath"
cd "$FOUND"
nice -n 10 "$JAVA" -Xmx1g -XX:+EnableDynamicAgentLoading --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -Dio.netty.leakDetection.level=disabled \
  -cp "$ROOT/$MODULE/target/test-classes:$ROOT/$MODULE/target/classes:$(cat "$RUN/classpath")" \
  com.code_intelligence.jazzer.Jazzer --target_class="$CLASS" \
  --disabled_hooks=com.code_intelligence.jazzer.sanitizers.UnsafeSanitizer '--instrumentation_includes=dev.stillgate.**' \
  -max_total_time="$((${2:-5} * 60))" -max_len=8192 -timeout=10 \
  "$FOUND/corpus" "$ROOT/$MODULE/src/test/resources/fuzz/$1"
