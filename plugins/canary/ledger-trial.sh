#!/usr/bin/env bash
# Tries a ledger on this machine's disk. Kills processes that write one, at random moments, or breaks their disk with strace:
# it has to be sound afterwards and to hold all that was said to be on the disk. Or measures how long answers wait for it.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: plugins/canary/ledger-trial.sh [kill|inject|load] [--rounds N] [--seed N] [--leaves N] [--dir DIR]
  kill      SIGKILL at a random moment, two processes at a time (default)
  inject    SIGKILL and, by strace, ENOSPC, EIO and short writes at some of their system calls
  load      leaves a second, and how long an answer waits for its leaf; then a large ledger is opened, verified and exported
  --rounds  of kill: default 1000; of inject, for each of its faults: default 10
  --seed    default 1
  --leaves  of the large ledger, default 1000000
  --dir     for the ledgers; default a new one under $TMPDIR. The disk that is tested is this one's.
Exit status 0: every ledger was sound after every death and no acknowledged leaf was lost.
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

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
JAVA=
for home in "${JAVA_HOME:-}" /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/*; do
    if [ -x "$home/bin/java" ] && grep -q '^JAVA_VERSION="\(2[5-9]\|[3-9][0-9]\)' "$home/release" 2>/dev/null; then
        JAVA=$home/bin/java
        break
    fi
done
[ -n "$JAVA" ] || { echo "ledger-trial.sh: no JDK 25 or newer found; set JAVA_HOME to one" >&2; exit 1; }
(cd "$ROOT" && mvn -q -pl plugins/canary -am test-compile)

DIR=${DIR:-$(mktemp -d "${TMPDIR:-/tmp}/stillgate-ledger.XXXXXX")}
MODULES=$ROOT/plugins
CLASSES=$MODULES/canary/target/classes:$MODULES/canary/target/test-classes:$MODULES/spi/target/classes
CLASSES=$CLASSES:$MODULES/testkit/target/classes

rounds() { # name, rounds, seed, longest life in ms, and what the writers run under
    local name=$1
    shift
    mkdir -p "$DIR/$name"
    "$JAVA" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m -cp "$CLASSES" \
        dev.stillgate.canary.ledger.CrashRounds "$DIR/$name" "$@" > "$DIR/$name/report" || {
        echo "$name: failed; the ledger is left in $DIR/$name" >&2
        return 1
    }
    sed "s/^/$name: /" "$DIR/$name/report"
}

inject() { # name, a system call, and what is done to some of its calls
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
    command -v strace > /dev/null || { echo "ledger-trial.sh: strace is not installed" >&2; exit 1; }
    inject fdatasync-EIO fdatasync error=EIO:when=12+9
    inject fdatasync-ENOSPC fdatasync error=ENOSPC:when=12+9
    inject pwrite-ENOSPC pwrite64 error=ENOSPC:when=12+9
    inject pwrite-EIO pwrite64 error=EIO:when=12+9
    inject pwrite-short pwrite64 retval=7:when=12+9
    inject ftruncate-EIO ftruncate,fdatasync error=EIO:when=12+4
    inject rename-ENOSPC rename error=ENOSPC:when=3+2
fi
[ -n "$KEEP" ] || rm -rf "$DIR"
