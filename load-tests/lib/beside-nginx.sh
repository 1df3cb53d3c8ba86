# Comparison of Stillgate with nginx: both gateways on core 0, their load on core 1, interleaved rounds, a table of medians.
# To be sourced after processes.sh. The script sets
#   WAYS                what is measured, separated by commas
#   WARM                the length of the warm-up
#   answers NAME        returns whether a gateway is up
#   measure NAME WAY    appends a line to $RUN/WAY.NAME that begins with CPU time per request in us and requests per second
# shellcheck shell=bash

# shellcheck source=load-tests/lib/measure.sh
. "$LOAD_TESTS/lib/measure.sh"

ROUNDS=5 SECONDS_EACH=6 GOAL=1.3
declare -A PID

read_options() { # the script's arguments
  while [ $# -gt 0 ]; do
    case $1 in
      --rounds) ROUNDS=$2 ;;
      --seconds) SECONDS_EACH=$2 ;;
      --warm) WARM=$2 ;;
      --only) WAYS=$2 ;;
      *) bad_usage ;;
    esac
    shift 2
  done
}

check_machine() { # tool...
  local tool
  for tool in nginx "$@" taskset openssl curl; do command -v "$tool" > /dev/null || die "$tool is not installed"; done
  check_two_idle_cores
}

start_pinned_stub() {
  mkdir "$RUN/log"
  chmod -R 755 "$RUN"
  start_stub
  taskset -a -c -p 1 "${STARTED[-1]}" > /dev/null
  cp "$ROOT/config/geo/GeoLite2-Country.mmdb" "$RUN/"
  MODULES=$(nginx -V 2>&1 | sed -n 's/.*--modules-path=\([^ ]*\).*/\1/p')
  ADMIN=$(free_port)
}

fill() { # template of compare.sh, the lines that replace its listener -> file in $RUN
  sed -e "s|.*127.0.0.1:@PORT@.*|$2|" -e "s|@RUN@|$RUN|g" -e "s|@STUB@|$STUB_PORT|g" -e "s|@MODULES@|$MODULES|g" \
    -e "s|@ADMIN@|$ADMIN|g" -e "s|@POLICY@|requests|g" -e "s|@NAME@|nginx|g" "$LOAD_TESTS/bench/compare/$1" > "$RUN/$1"
}

# Writes the policy "requests" of compare.sh for Stillgate.
fill_policy() {
  fill policy.yaml ""
  fill filters.yaml ""
  awk '/^# (requests|tokens|prints|all)/ { on = / requests( |$)/ } on && !/^#/' "$RUN/filters.yaml" >> "$RUN/policy.yaml"
  mv "$RUN/policy.yaml" "$RUN/requests-policy.yaml"
}

start_pinned() { # name, command...: runs it on core 0 and waits until it answers
  start "$1" taskset -c 0 "${@:2}"
  PID[$1]=${STARTED[-1]}
  for _ in $(seq 600); do
    answers "$1" && return 0
    kill -0 "${PID[$1]}" 2> /dev/null || die "$1 ended: $(tail -n 5 "$RUN/$1.err" "$RUN/$1.out")"
    sleep 0.2
  done
  die "$1 does not answer: $(tail -n 5 "$RUN/$1.err" "$RUN/$1.out")"
}

# Starts both gateways with the configurations in $RUN.
start_both() {
  chmod -R a+rX "$RUN"
  start_pinned nginx nginx -p "$RUN" -c "$RUN/nginx.conf" -e "$RUN/nginx-error.log"
  # shellcheck disable=SC2086
  start_pinned stillgate ${STILLGATE_CMD:-"$ROOT/proxy/bin/stillgate" run} --config "$RUN/stillgate.yaml"
}

run_rounds() { # the columns of a line after the first two
  local round way name
  for round in $(seq "$ROUNDS"); do
    say "round $round of $ROUNDS: us/request, requests/s, $1"
    for way in ${WAYS//,/ }; do
      for name in nginx stillgate; do
        measure "$name" "$way"
        say "$name $way: $(tail -1 "$RUN/$way.$name")"
      done
    done
  done
}

print_table() { # versions of tools, description of the load: fails if Stillgate costs more than the goal
  local way theirs ours ratio missed=0
  echo
  echo "$(nginx -v 2>&1 | sed 's/.*: //')$1, $(uname -sr), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1);" \
    "$ROUNDS rounds of $SECONDS_EACH s, medians; $2"
  echo
  echo "| | nginx us/request | Stillgate us/request | ratio | nginx requests/s | Stillgate requests/s |"
  echo "|---|--:|--:|--:|--:|--:|"
  for way in ${WAYS//,/ }; do
    theirs=$(median "$RUN/$way.nginx" 1) ours=$(median "$RUN/$way.stillgate" 1)
    ratio=$(awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%.2f", a / b }')
    echo "| $way | $theirs | $ours | $ratio | $(median "$RUN/$way.nginx" 2) | $(median "$RUN/$way.stillgate" 2) |"
    awk -v r="$ratio" -v g="$GOAL" 'BEGIN { exit r <= g }' && missed=1
  done
  [ "$missed" = 0 ] || die "more than $GOAL times nginx"
}
