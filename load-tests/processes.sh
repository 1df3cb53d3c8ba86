# What the load tests' scripts share: a directory of their own, and processes that end with the script. To be sourced, with
# HERE and ROOT set.
# shellcheck shell=bash

RUN=$(mktemp -d "${TMPDIR:-/tmp}/stillgate-load.XXXXXX")
STARTED=()

say() { echo "$(basename "$0" .sh): $*" >&2; }
die() { say "$*"; exit 1; }

# What was started here, and nothing else, is ended by its id.
cleanup() {
    local pid
    for pid in "${STARTED[@]}"; do kill -CONT "$pid" 2>/dev/null || true; kill -TERM "$pid" 2>/dev/null || true; done
    for _ in $(seq 50); do
        # shellcheck disable=SC2086
        { [ ${#STARTED[@]} -gt 0 ] && kill -0 "${STARTED[@]}" 2>/dev/null; } || break
        sleep 0.1
    done
    for pid in "${STARTED[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
    if [ -n "${KEEP_RUN:-}" ]; then say "kept $RUN"; else rm -rf "$RUN"; fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# A free port below those that the kernel hands out by itself, and another one each time.
free_port() {
    local port
    for _ in $(seq 100); do
        port=$((20000 + RANDOM % 12000))
        ! grep -qsx "$port" "$RUN/ports" || continue
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port" | tee -a "$RUN/ports"; return; }
    done
    die "no free port"
}

find_java() {
    local home
    for home in "${STILLGATE_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/*; do
        [ -x "$home/bin/java" ] && [ -f "$home/release" ] || continue
        [ "$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")" -ge 25 ] && { echo "$home"; return; }
    done
    die "no JDK >= 25 found; set JAVA_HOME"
}

# Builds on first use, and finds the class path of the load tests.
build() {
    "$ROOT/proxy/bin/stillgate" version > /dev/null || die "the build failed"
    JAVA_HOME=$(find_java)
    export JAVA_HOME
    LOAD_CLASSES="$HERE/target/classes:$HERE/target/lib/*"
}

# Runs a class of the load tests; the command of "start" when it is to stay.
load_tests_java() {
    exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        -Dio.netty.leakDetection.level=disabled -cp "$LOAD_CLASSES" "$@"
}

start() { # name, command...: its process is ${STARTED[-1]}
    local name=$1
    shift
    : > "$RUN/$name.out" # there from the beginning, for those who look into it
    "$@" >> "$RUN/$name.out" 2> "$RUN/$name.err" < /dev/null &
    STARTED+=("$!")
}

# User and system time of a process and all below it, in ticks of the clock.
cpu_ticks() { # pid
    local child stat sum
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || { echo 0; return; }
    # shellcheck disable=SC2086
    set -- "$1" ${stat##*) }
    sum=$((${13} + ${14} + ${15} + ${16}))
    for child in $(cat /proc/"$1"/task/*/children 2>/dev/null || true); do sum=$((sum + $(cpu_ticks "$child"))); done
    echo "$sum"
}

start_stub() { # -> STUB_PORT
    start stub load_tests_java dev.stillgate.loadtests.stub.StubModel --port 0
    for _ in $(seq 100); do
        STUB_PORT=$(sed -n 's|^stub model listening on http://127.0.0.1:||p' "$RUN/stub.out")
        [ -z "$STUB_PORT" ] || return 0
        sleep 0.1
    done
    die "the stub model did not start: $(cat "$RUN/stub.err")"
}

start_gateway() { # name, stillgate.yaml, admin port: waits until it is ready
    start "$1" "$ROOT/proxy/bin/stillgate" run --config "$2" --drain-seconds "${DRAIN_SECONDS:-1}"
    await_port "$1" "$3"
}

await_port() { # name of the process that was started last, port: waits until it listens
    for _ in $(seq 300); do
        (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null && return 0
        kill -0 "${STARTED[-1]}" 2>/dev/null || break
        sleep 0.1
    done
    die "$1 did not start: $(cat "$RUN/$1.err" "$RUN/$1.out")"
}

# Prints an accounts.yaml of accounts whose keys are sk- and their ids.
list_accounts() { # id:tier...
    local account hash
    echo "accounts:"
    for account in "$@"; do
        read -r hash
        echo "  - {id: ${account%:*}, keys: [\"$hash\"], tier: ${account#*:}}"
    done < <(printf 'sk-%s\n' "${@%:*}" | "$ROOT/proxy/bin/stillgate" hash-key --config "$RUN/stillgate.yaml")
}
