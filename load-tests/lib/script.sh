# Basics of every script: where the files are, messages, help and the JDK. To be sourced; starts and creates nothing.
# shellcheck shell=bash

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck disable=SC2034
LOAD_TESTS=$ROOT/load-tests

say() { echo "$(basename "$0" .sh): $*" >&2; }
die() { say "$*"; exit 1; }

# Prints the comment at the head of the script and exits if the first argument asks for help.
help_if_asked() { # the script's arguments
  case ${1:-} in -h | --help) ;; *) return 0 ;; esac
  sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"
  exit 0
}

# Prints the usage line at the head of the script and exits with 2.
bad_usage() {
  sed -n 's/^# usage: /usage: /p' "$0" >&2
  exit 2
}

find_java() { # -> the home of a JDK
  local home
  for home in "${STILLGATE_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/*; do
    [ -x "$home/bin/java" ] && [ -f "$home/release" ] || continue
    [ "$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")" -ge 25 ] && { echo "$home"; return; }
  done
  die "no JDK 25 or newer found; install one and set JAVA_HOME to it"
}
