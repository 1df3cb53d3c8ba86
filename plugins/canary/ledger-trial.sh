#!/usr/bin/env bash
# Tests the canary's ledger on this machine's disk: kills its writers at random moments, or injects disk errors with strace.
# Afterwards the ledger must be valid and hold every leaf that was acknowledged. "load" measures how long a response waits for it.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: plugins/canary/ledger-trial.sh [kill|inject|load] [--rounds N] [--seed N] [--leaves N] [--dir DIR]
  kill      SIGKILL at a random moment, two processes at a time (default)
  inject    SIGKILL and, with strace, ENOSPC, EIO and short writes in some of their system calls
  load      measures leaves per second and how long a response waits for its leaf, then opens, verifies and exports a large
            ledger
  --rounds  rounds of kill (default 1000), or rounds of inject for each of its faults (default 10)
  --seed    default 1
  --leaves  size of the large ledger, default 1000000
  --dir     directory of the ledgers, on the disk to test; default a new one under $TMPDIR
Exit status 0: every ledger was valid after every kill and no acknowledged leaf was lost.
TEXT
}

MODE=kill ROUNDS="" SEED=1 LEAVES=1000000 DIR="" KEEP=""
case ${1:-} in kill|inject|load) MODE=$1; shift ;; esac
while [ $# -gt 0 ]; do
  case $1 in
    -h|--help) usage; exit 0 ;;
    --rounds) ROUNDS=${2:?--rounds needs a value} ;;
    --seed) SEED=${2:?--seed needs a value} ;;
    --leaves) LEAVES=${2:?--leaves needs a value} ;;
    --dir) DIR=${2:?--dir needs a value} KEEP=yes ;;
    *) usage >&2; exit 2 ;;
  esac
  shift 2
done

# shellcheck source=load-tests/lib/script.sh
. "$(dirname "$0")/../../load-tests/lib/script.sh"
JAVA=$(find_java)/bin/java
(cd "$ROOT" && mvn -q -pl plugins/canary -am test-compile)

DIR=${DIR:-$(mktemp -d "${TMPDIR:-/tmp}/stillgate-ledger.XXXXXX")}
MODULES=$ROOT/plugins
CLASSES=$MODULES/canary/target/classes:$MODULES/canary/target/test-classes:$MODULES/spi/target/classes
CLASSES=$CLASSES:$MODULES/testkit/target/classes

rounds() { # name, rounds, seed, longest life in ms, command to run the writers with
  local name=$1
  shift
  mkdir -p "$DIR/$name"
  "$JAVA" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m -cp "$CLASSES" \
    dev.stillgate.canary.ledger.CrashRounds "$DIR/$name" "$@" > "$DIR/$name/report" || {
    echo "$name: failed; the ledger is kept in $DIR/$name" >&2
    return 1
  }
  sed "s/^/$name: /" "$DIR/$name/report"
}

inject() { # name, system call, strace's injection expression
  rounds "$1" "${ROUNDS:-10}" "$SEED" 4000 \
    strace -f -qq -o /dev/null --seccomp-bpf -e "trace=$2" -e "inject=$2:$3"
}

if [ "$MODE" = kill ]; then
  TOTAL=${ROUNDS:-1000}
  rounds first $(((TOTAL + 1) / 2)) "$SEED" 400 &
  rounds second $((TOTAL / 2)) $((SEED + 1)) 400 || { wait; exit 1; }
  wait $!
elif [ "$MODE" = load ]; then
  "$JAVA" -Xmx256m -cp "$CLASSES" dev.stillgate.canary.ledger.LedgerLoad "$DIR" 100000 "$LEAVES"
else
  command -v strace > /dev/null || die "strace is not installed"
  inject fdatasync-EIO fdatasync error=EIO:when=12+9
  inject fdatasync-ENOSPC fdatasync error=ENOSPC:when=12+9
  inject pwrite-ENOSPC pwrite64 error=ENOSPC:when=12+9
  inject pwrite-EIO pwrite64 error=EIO:when=12+9
  inject pwrite-short pwrite64 retval=7:when=12+9
  inject ftruncate-EIO ftruncate,fdatasync error=EIO:when=12+4
  inject rename-ENOSPC rename error=ENOSPC:when=3+2
fi
[ -n "$KEEP" ] || rm -rf "$DIR"
