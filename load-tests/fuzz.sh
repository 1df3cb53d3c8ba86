#!/usr/bin/env bash
# Looks for inputs that break one of the readers of what comes from outside, with Jazzer (coverage-guided). What it finds
# stands in fuzz-findings/TARGET: mend it, and put the input into the target's corpus, which `mvn verify` replays.
#
#   load-tests/fuzz.sh                    lists the targets
#   load-tests/fuzz.sh TARGET [MINUTES]   5 minutes unless given
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")

# Prints "module class" of each target.
targets() {
    (cd "$ROOT" && find proxy plugins -path '*/src/test/java/*' -name '*Fuzz.java' \
        | sed -E 's|^(.*)/src/test/java/(.*)\.java$|\1 \2|; s|/|.|g; s|^plugins\.|plugins/|' | sort)
}

if [ $# -eq 0 ]; then
    targets | sed -E 's/.*\.(.*)Fuzz$/\1/'
    exit
fi
read -r MODULE CLASS < <(targets | grep "\.$1Fuzz$") || { echo "fuzz.sh: no target $1" >&2; exit 1; }
# shellcheck source=load-tests/processes.sh
. "$HERE/processes.sh"
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
