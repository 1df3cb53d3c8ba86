#!/usr/bin/env bash
# Builds the container image with buildah and runs it with the files of the Helm chart.
#
# No registry is needed: a base image with a JDK and a shell, and one with the libraries of distroless/cc, are made of files
# of this machine. Exits with 0 if the image has no shell, its start-up cache is valid, and it runs as its own user.
# Its health check must succeed, requests be served, an invalid file be reported, and SIGTERM drain an open stream. A
# what-if must end, and the options of the JVM are those of the chart.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: load-tests/run container [--from-source]
  --from-source   also run Maven inside the image build, with this machine's ~/.m2; takes minutes longer
TEXT
}

DISTRIBUTION=unpacked
while [ $# -gt 0 ]; do
  case $1 in
    --from-source) DISTRIBUTION=built ;;
    -h|--help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"

command -v buildah > /dev/null || die "buildah is not installed (it also needs netavark to start)"
build
# Ulimits of the container: those of this shell, since it may not raise them.
printf '[containers]\ndefault_ulimits = ["nofile=%s:%s", "nproc=%s:%s"]\n' \
  "$(ulimit -Sn)" "$(ulimit -Hn)" "$(ulimit -Su)" "$(ulimit -Hu)" > "$RUN/containers.conf"
export CONTAINERS_CONF="$RUN/containers.conf"
STORE=(--root "$RUN/store" --runroot "$RUN/runroot" --storage-driver vfs)

# Copies programs and the libraries that they need.
copy_programs() { # rootfs, program...
  local rootfs=$1 program file
  shift
  for program in "$@"; do
    case $program in /*) ;; *) program=$(command -v "$program") ;; esac
    program=$(readlink -f "$program")
    {
      echo "$program"
      { ldd "$program" 2>/dev/null || true; } | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*ld-[^ ]*\).*/\1/p'
    } | while read -r file; do
      mkdir -p "$rootfs$(dirname "$file")"
      cp -nL "$file" "$rootfs$file"
    done
  done
}

# Makes an image of a directory.
image_of() { # rootfs, name
  local container
  container=$(buildah "${STORE[@]}" from --name "base-$2" scratch)
  cp -a "$1/." "$(buildah "${STORE[@]}" mount "$container")/"
  [ ! -d "$1$JAVA_HOME" ] || buildah "${STORE[@]}" config --env JAVA_HOME="$JAVA_HOME" "$container"
  buildah "${STORE[@]}" commit -q "$container" "$2" > /dev/null
  buildah "${STORE[@]}" rm "$container" > /dev/null
  rm -rf "$1"
}

# Lays out a root directory with the libraries of distroless/cc: glibc, the name services, libgcc and libstdc++.
new_rootfs() { # name -> its path
  local rootfs="$RUN/rootfs-$1" library
  mkdir -p "$rootfs"/{tmp,root,etc,usr/bin,usr/lib,usr/lib64,opt}
  chmod 1777 "$rootfs/tmp"
  ln -s usr/bin "$rootfs/bin"; ln -s usr/lib "$rootfs/lib"; ln -s usr/lib64 "$rootfs/lib64"
  copy_programs "$rootfs" "$JAVA_HOME/lib/server/libjvm.so"
  rm -rf "${rootfs:?}/usr/lib/jvm"
  for library in libresolv.so.2 libnss_files.so.2 libnss_dns.so.2 libgcc_s.so.1 libstdc++.so.6; do
    find /lib /usr/lib -name "$library" -path '*-linux-gnu*' -exec cp -nL --parents {} "$rootfs" \; -quit
  done
  echo 'root:x:0:0::/root:/sbin/nologin' > "$rootfs/etc/passwd"
  echo 'hosts: files dns' > "$rootfs/etc/nsswitch.conf"
  echo "$rootfs"
}

# Builds an image with a shell, its tools and the JDK; with Maven to build from the sources.
jdk_image() { # name
  local rootfs
  rootfs=$(new_rootfs "$1")
  copy_programs "$rootfs" bash cat chmod chown cp cut dirname env find grep gzip head ldd ls mkdir mktemp mv readlink rm sed \
    sleep tar touch tr uname "$JAVA_HOME"/lib/lib*.so "$JAVA_HOME/bin/java"
  rm -rf "${rootfs:?}$JAVA_HOME"
  ln -sf bash "$rootfs/usr/bin/sh"
  mkdir -p "$rootfs/usr/lib/jvm" "$rootfs/usr/share"
  cp -aL "$JAVA_HOME" "$rootfs/usr/lib/jvm/" # with the files that links name
  [ "$DISTRIBUTION" != built ] || maven_of_this_machine "$rootfs"
  image_of "$rootfs" "$1"
}

# Copies Maven and the JDK that it runs on.
maven_of_this_machine() { # rootfs
  local home java
  home=$(mvn -v | sed -n 's/^Maven home: //p')
  java=$(mvn -v | sed -n 's/.*runtime: //p')
  mkdir -p "$1$(dirname "$home")" "$1$(dirname "$java")" "$1/etc"
  cp -aL "$home" "$1$(dirname "$home")/"
  [ -d "$1$java" ] || cp -aL "$java" "$1$(dirname "$java")/"
  [ ! -d /etc/java-17-openjdk ] || cp -aL /etc/java-17-openjdk "$1/etc/"
  printf '#!/bin/sh\nJAVA_HOME=%s exec %s/bin/mvn "$@"\n' "$java" "$home" > "$1/usr/bin/mvn"
  chmod 755 "$1/usr/bin/mvn"
}

build_image() {
  local options=(--build-arg RUNTIME_IMAGE=localhost/runtime --build-arg JDK_IMAGE=localhost/jdk --build-arg BUILD_IMAGE=localhost/jdk
    --build-arg DISTRIBUTION="$DISTRIBUTION")
  image_of "$(new_rootfs runtime)" runtime
  jdk_image jdk
  if [ "$DISTRIBUTION" = built ]; then
    options+=(--volume "$HOME/.m2:/root/.m2")
  else
    say "making the distribution"
    rm -f "$ROOT"/proxy/target/stillgate-*.tar.gz
    (cd "$ROOT" && mvn -q -B -ntp -Pdist -Dmaven.test.skip=true -pl proxy -am package > "$RUN/dist.out" 2>&1) \
      || die "no distribution: $(tail -20 "$RUN/dist.out")"
  fi
  say "building the image"
  buildah "${STORE[@]}" build --isolation chroot --format docker --pull=never "${options[@]}" -t stillgate "$ROOT" \
    > "$RUN/build.out" 2>&1 || die "the build failed: $(tail -20 "$RUN/build.out")"
  buildah "${STORE[@]}" inspect --type image stillgate > "$RUN/image.json"
}

# Writes the files of the chart's ConfigMap with the ports of this run.
config_map() { # directory
  local file
  mkdir -p "$1"
  for file in stillgate.yaml policy.yaml accounts.yaml; do
    sed -n "/^  $file: |/,/^ \{0,2\}[^ ]/{/^    /s/^    //p}" "$ROOT/config/deploy/kubernetes/minimal.yaml" \
      | sed -e "s|0.0.0.0:8080|127.0.0.1:$PORT|" -e "s|0.0.0.0:9090|127.0.0.1:$ADMIN|" \
        -e "s|https://api.anthropic.com|http://127.0.0.1:$STUB_PORT|" > "$1/$file"
    [ -s "$1/$file" ] || die "$file is not in the ConfigMap"
  done
  grep -q "127.0.0.1:$STUB_PORT" "$1/policy.yaml" || die "the policy does not lead to the stub model"
  printf 'record:\n  path: /var/lib/stillgate/record.jsonl\n' >> "$1/stillgate.yaml"
  chmod -R a+rX "$1"
}

# Runs a verb in the container, as the user of the image.
in_image() { # container, verb...
  local container=$1
  shift
  program_in_image "$container" /opt/java/bin/java @/opt/stillgate/bin/stillgate.args "$@"
}

program_in_image() { # container, command...
  local container=$1
  shift
  buildah "${STORE[@]}" run --isolation chroot --volume "$RUN/config:/etc/stillgate:ro" \
    --env STILLGATE_HASH_SECRET="a secret of the load tests" --env STILLGATE_ADMIN_TOKEN=a.token.of.the.load.tests --env STILLGATE_ADMIN="http://127.0.0.1:$ADMIN" "${JVM[@]}" "$container" -- "$@"
}
JVM=() # options of the JVM other than the image's

java_below() { # process -> the Java process among its descendants
  local child
  for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
    if [ "$(cat /proc/"$child"/comm 2>/dev/null)" = java ]; then echo "$child"; else java_below "$child"; fi
  done
}

await_exit() { # process, seconds
  for _ in $(seq $(($2 * 10))); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  return 1
}

ask() { # curl arguments...
  curl -s -m 20 -H 'x-api-key: sk-container' -H 'content-type: application/json' \
    -d '{"model":"stub-1","max_tokens":50,"stream":true,"messages":[{"role":"user","content":"hi"}]}' "$@" \
    "http://127.0.0.1:$PORT/v1/messages"
}

build_image
for word in '"User": "10001:10001"' '"StopSignal": "SIGTERM"' '"healthcheck"'; do
  grep -qF "$word" "$RUN/image.json" || die "the image lacks $word"
done
start_stub
ADMIN=$(free_port) PORT=$(free_port)
config_map "$RUN/config"
CONTAINER=$(buildah "${STORE[@]}" from --pull=never stillgate)
MOUNT=$(buildah "${STORE[@]}" mount "$CONTAINER")

say "contents: $(du -sm "$MOUNT" | cut -f 1) MB, of it Java $(du -sm "$MOUNT/opt/java" | cut -f 1) MB and the start-up cache $(du -sm "$MOUNT/opt/stillgate/lib/stillgate.aot" | cut -f 1) MB"
programs=$(find "$MOUNT" -xdev -type f -perm /111 ! -name '*.so' ! -name '*.so.*' ! -path "$MOUNT/opt/java/*" ! -path "$MOUNT/etc/*" -printf '%P\n')
[ -z "$programs" ] || die "the image has programs besides Java: $programs"
for component in '"java-runtime"' '"base-image"' '"pkg:maven/io.netty/netty-buffer@'; do
  grep -qF "$component" "$MOUNT/opt/stillgate/sbom.cdx.json" || die "the list of components lacks $component"
done
# A cache that does not fit the JVM, its options or the class path ends the command.
cache_is_valid() { # arguments file, whose options
  program_in_image "$CONTAINER" /opt/java/bin/java -XX:AOTMode=on "@/opt/stillgate/bin/$1" version > "$RUN/cache.out" 2>&1 \
    || die "the start-up cache is not valid for $1 and the options of $2: $(cat "$RUN/cache.out")"
}
cache_is_valid stillgate.args "the image"
OPTIONS=$(sed -n 's/.*{name: JDK_JAVA_OPTIONS, value: "\(.*\)"}.*/\1/p' "$ROOT/config/deploy/kubernetes/minimal.yaml")
[ -n "$OPTIONS" ] || die "the chart has no options of the JVM"
JVM=(--env JDK_JAVA_OPTIONS="$OPTIONS")
cache_is_valid stillgate.args "the chart"
cache_is_valid verb.args "the chart"

say "an invalid policy"
echo 'filtres: []' >> "$RUN/config/policy.yaml"
if in_image "$CONTAINER" validate > "$RUN/wrong.out" 2>&1; then
  die "an invalid policy was accepted"
fi
grep -q 'policy.yaml:[0-9]*:1: .*filtres' "$RUN/wrong.out" || die "the error is not reported: $(cat "$RUN/wrong.out")"
config_map "$RUN/config"

say "running the image"
start gateway in_image "$CONTAINER" run --config /etc/stillgate/stillgate.yaml --drain-seconds 20
GATEWAY=${STARTED[-1]}
for attempt in $(seq 60); do
  if in_image "$CONTAINER" healthcheck > "$RUN/health.out" 2>&1; then break; fi
  [ "$attempt" -lt 60 ] || die "healthcheck fails: $(cat "$RUN/health.out" "$RUN/gateway.out" "$RUN/gateway.err")"
  kill -0 "$GATEWAY" 2>/dev/null || die "the gateway ended: $(cat "$RUN/gateway.out" "$RUN/gateway.err")"
  sleep 0.5
done
JAVA=$(java_below "$GATEWAY")
[ -n "$JAVA" ] || die "process $GATEWAY has no Java process"
grep -q "^Uid:[[:space:]]*10001" "/proc/$JAVA/status" || die "the gateway does not run as user 10001"
[ "$(ask -o /dev/null -w '%{http_code}')" = 200 ] || die "the gateway does not serve requests"
if [ -n "$(find "$MOUNT" -xdev -path "$MOUNT/tmp" -prune -o ! -type l -perm /022 -print -quit)" ]; then die "a file of the image is writable"; fi

metrics() { curl -s -o /dev/null -m 5 -w '%{http_code}' "$@" "http://127.0.0.1:$ADMIN/metrics"; }
[ "$(metrics)" = 401 ] || die "the admin API accepts a request without a token"
[ "$(metrics -H 'authorization: Bearer a.token.of.the.load.tests')" = 200 ] || die "the admin API rejects its token"

admin() { # path, curl arguments...
  local path=$1
  shift
  curl -s -m 20 -H 'authorization: Bearer a.token.of.the.load.tests' "$@" "http://127.0.0.1:$ADMIN$path"
}

say "a verb, and a what-if of the policy in force"
program_in_image "$CONTAINER" /opt/java/bin/java @/opt/stillgate/bin/verb.args history > "$RUN/history.out" 2>&1 \
  || die "a verb fails beside the gateway: $(cat "$RUN/history.out")"
for _ in 1 2 3; do
  [ "$(ask -o /dev/null -w '%{http_code}')" = 200 ] || die "the gateway does not serve requests"
done
for _ in $(seq 50); do
  if [ "$(admin /metrics | awk '/^stillgate_record_written_total/ {print int($NF)}')" = 4 ]; then break; fi
  sleep 0.1
done
candidate=$(sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' "$RUN/config/policy.yaml" | awk '{printf "%s\\n", $0}')
admin /backtests -H 'content-type: application/json' -d "{\"policy\":\"$candidate\"}" > "$RUN/backtest.out"
for _ in $(seq 240); do
  admin /backtests/1 | tr -d ' \n' > "$RUN/backtest.out"
  grep -q '"state":"running"' "$RUN/backtest.out" || break
  sleep 0.5
done
grep -q '"state":"done"' "$RUN/backtest.out" || die "the what-if failed: $(cat "$RUN/backtest.out")"
grep -q '"outcome":"exchanges","inForce":4,"candidate":4' "$RUN/backtest.out" \
  || die "the what-if has not replayed the recording: $(cat "$RUN/backtest.out")"

say "SIGTERM during a stream"
ask -N -H 'x-stub: pace=100,events=30' > "$RUN/stream.out" &
STREAM=$!
for _ in $(seq 50); do
  [ ! -s "$RUN/stream.out" ] || break
  sleep 0.1
done
[ -s "$RUN/stream.out" ] || die "the stream did not start"
kill -TERM "$JAVA"
sleep 0.5
if ask -o /dev/null 2> /dev/null; then die "the gateway accepts connections while it drains"; fi
wait "$STREAM" || die "the stream was cut"
grep -q 'event: message_stop' "$RUN/stream.out" || die "the stream has no last event"
await_exit "$JAVA" 20 || die "the gateway does not exit"
say "passed: built, healthy, not root, served, replayed, drained"
