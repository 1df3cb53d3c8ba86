# Processes that end with the script, and a directory for the run. To be sourced.
# KEEP_RUN=1 in the environment keeps the directory.
# shellcheck shell=bash

# shellcheck source=load-tests/lib/script.sh
. "$(dirname "${BASH_SOURCE[0]}")/script.sh"

RUN=$(mktemp -d "${TMPDIR:-/tmp}/stillgate-load.XXXXXX")
STARTED=()

# A process and all its descendants.
tree() { # process
  local child
  echo "$1"
  for child in $(cat /proc/"$1"/task/*/children 2>/dev/null || true); do tree "$child"; done
}

# Ends the processes that this script started, by their ids, and their descendants.
cleanup() {
  local pid all=()
  for pid in "${STARTED[@]}"; do mapfile -t -O ${#all[@]} all < <(tree "$pid"); done
  for pid in "${all[@]}"; do kill -CONT "$pid" 2>/dev/null || true; kill -TERM "$pid" 2>/dev/null || true; done
  for _ in $(seq 50); do
    { [ ${#all[@]} -gt 0 ] && kill -0 "${all[@]}" 2>/dev/null; } || break
    sleep 0.1
  done
  for pid in "${all[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  if [ -n "${KEEP_RUN:-}" ]; then say "kept $RUN"; else rm -rf "$RUN"; fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# Prints a free port below the kernel's ephemeral range, a different one each time.
free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 12000))
    ! grep -qsx "$port" "$RUN/ports" || continue
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port" | tee -a "$RUN/ports"; return; }
  done
  die "no free port"
}

# Builds on first use and sets the class path of the load tests.
build() { # -> JAVA_HOME LOAD_CLASSES
  "$ROOT/proxy/bin/stillgate" version > /dev/null || die "the build failed"
  JAVA_HOME=$(find_java)
  export JAVA_HOME
  LOAD_CLASSES="$LOAD_TESTS/target/classes:$LOAD_TESTS/target/lib/*"
}

# Replaces the shell by a class of the load tests; run it in a subshell or with "start".
load_tests_java() { # class, arguments...
  exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Dio.netty.leakDetection.level=disabled -cp "$LOAD_CLASSES" "$@"
}

start() { # name, command...: its process is ${STARTED[-1]}
  local name=$1
  shift
  : > "$RUN/$name.out" # exists before the process writes to it
  "$@" >> "$RUN/$name.out" 2> "$RUN/$name.err" < /dev/null &
  STARTED+=("$!")
}

start_stub() { # JVM options... -> STUB_PORT
  start stub load_tests_java "$@" dev.stillgate.loadtests.stub.StubModel --port 0
  for _ in $(seq 600); do
    STUB_PORT=$(sed -n 's|^stub model listening on http://127.0.0.1:||p' "$RUN/stub.out")
    [ -z "$STUB_PORT" ] || return 0
    kill -0 "${STARTED[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  die "the stub model did not start: $(cat "$RUN/stub.err")"
}

start_gateway() { # name, stillgate.yaml, admin port: waits until it is ready
  start "$1" "$ROOT/proxy/bin/stillgate" run --config "$2" --drain-seconds "${DRAIN_SECONDS:-1}"
  await_port "$1" "$3"
}

# Waits until the process that was started last listens on a port.
await_port() { # its name, port
  for _ in $(seq 1200); do
    (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null && return 0
    kill -0 "${STARTED[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  die "$1 did not start: $(cat "$RUN/$1.err" "$RUN/$1.out")"
}

# Prints the wanted number of connections, or the one for which the limit of descriptors in force suffices: HAProxy needs
# two for each, and refuses to start without them.
haproxy_connections() { # wanted
  local limit
  limit=$(ulimit -Hn)
  if [ "$limit" = unlimited ] || [ $(((limit - 200) / 2)) -gt "$1" ]; then echo "$1"; else echo $(((limit - 200) / 2)); fi
}

# Prints an accounts.yaml; the API key of account X is sk-X.
list_accounts() { # id:tier...
  local account hash
  echo "accounts:"
  for account in "$@"; do
    read -r hash
    echo "  - {id: ${account%:*}, keys: [\"$hash\"], tier: ${account#*:}}"
  done < <(printf 'sk-%s\n' "${@%:*}" | "$ROOT/proxy/bin/stillgate" hash-key --config "$RUN/stillgate.yaml")
}

# Installs the Node packages next to a script's package.json, unless they are there.
install_node_packages() { # directory, npm options...
  command -v node > /dev/null || die "node is not installed; install Node 20 or newer"
  local dir=$1 package
  shift
  for package in $(sed -n '/"dependencies"/,/}/s/^ *"\([^"]*\)": *"[^{].*/\1/p' "$dir/package.json"); do
    [ -d "$dir/node_modules/$package" ] || { (cd "$dir" && npm install --no-audit --no-fund "$@") >&2; return; }
  done
}
