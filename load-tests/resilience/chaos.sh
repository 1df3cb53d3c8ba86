#!/usr/bin/env bash
# Runs random clients and upstreams on every transport, with leak detection.
# usage: load-tests/run chaos [--minutes N, in all] [--seed N] [--clients N] [--transports io-uring,epoll,nio]
# Clients of HTTP/1.1 and HTTP/2 abort, stall, reset and withhold window updates; some leave many streams at one moment.
# Upstreams of both reset, cut, stall, respond early and close during uploads, and cut Realtime sessions anywhere. One has two
# dead endpoints and a fallback. All filters are active and every buffer is tracked. Exits with 1 if a well-behaved client
# loses a response or anything waits longer than its timeout. So it does if a gauge of held resources is not zero afterwards,
# or the log has an exception or a leak.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"

MINUTES=6 SEED=$((RANDOM * 32768 + RANDOM)) CLIENTS=60 TRANSPORTS=io-uring,epoll,nio
while [ $# -gt 0 ]; do
  case $1 in
    --minutes) MINUTES=$2 ;;
    --seed) SEED=$2 ;;
    --clients) CLIENTS=$2 ;;
    --transports) TRANSPORTS=$2 ;;
    *) bad_usage ;;
  esac
  shift 2
done

build
export STILLGATE_CANARY_SECRET="load test, no secret"
export STILLGATE_JAVA_OPTS="-Dio.netty.leakDetection.level=paranoid -Xmx1g"
# shellcheck disable=SC2086
set -- ${TRANSPORTS//,/ }
SECONDS_EACH=$((MINUTES * 60 / $#))
failed=0

trouble() { # name of the gateway: prints leaks, exceptions and warnings in its log, but not the age of the shipped databases
  cat "$RUN/$1.out" "$RUN/$1.err" | grep -E 'LEAK|Exception|^[^ ]* *(ERROR|WARN) ' | grep -v DatabaseAge | sort | uniq -c | sort -rn | head -20 || true
}

for transport in "$@"; do
  PORT=$(free_port) ADMIN=$(free_port) MODEL=$(free_port) MODEL2=$(free_port) POLITE=$(free_port) POLITE2=$(free_port)
  DEAD=$(free_port) DEAD2=$(free_port)
  sed -e "s|@MODEL@|$MODEL|" -e "s|@MODEL2@|$MODEL2|" -e "s|@POLITE@|$POLITE|" \
    -e "s|@POLITE2@|$POLITE2|" -e "s|@DEAD@|$DEAD|" -e "s|@DEAD2@|$DEAD2|" -e "s|@CONFIG@|$ROOT/config|g" \
    "$HERE/chaos/policy.yaml" > "$RUN/policy.yaml"
  cat > "$RUN/stillgate.yaml" <<YAML
listeners: [{address: "127.0.0.1:$PORT"}]
admin: {address: "127.0.0.1:$ADMIN"}
transport: $transport
policy: policy.yaml
hashing: {h1: "load test, no secret"}
accessLog: {path: access-$transport.log}
limits: {headTimeout: 3s, bodyTimeout: 3s, answerTimeout: 5s, keepAlive: 3s}
YAML
  list_accounts plain:standard marked:standard tight:standard polite:standard > "$RUN/accounts.yaml"
  start_gateway "gateway-$transport" "$RUN/stillgate.yaml" "$ADMIN"
  gateway=${STARTED[-1]}
  for standing in marked tight:pooled; do
    curl -fsS -X POST -H 'content-type: application/json' "http://127.0.0.1:$ADMIN/accounts/${standing%:*}/standing" \
      -d "{\"standing\":\"${standing#*:}\"}" > /dev/null || die "the standing could not be set"
  done
  say "$transport for $SECONDS_EACH s, seed $SEED"
  (load_tests_java dev.stillgate.loadtests.chaos.ChaosRun "$PORT" "$ADMIN" "$MODEL" "$MODEL2" "$POLITE" "$POLITE2" "$SECONDS_EACH" "$SEED" \
    "$CLIENTS") || { say "$transport: failed, see above"; failed=1; }
  for account in plain marked tight polite; do
    held=$(curl -fsS "http://127.0.0.1:$ADMIN/accounts/$account" | grep -o '"parallel"[^}]*' || true)
    echo "  $account: $held"
  done
  open=$({ find "/proc/$gateway/fd" -lname 'socket:*' 2> /dev/null || true; } | wc -l) # descriptors close meanwhile
  echo "  $open sockets are open, $(grep VmRSS "/proc/$gateway/status" | tr -s '\t ' ' ')"
  trouble=$(trouble "gateway-$transport")
  [ -z "$trouble" ] || { echo "$trouble"; failed=1; }
  kill -TERM "$gateway"
  for _ in $(seq 100); do kill -0 "$gateway" 2> /dev/null || break; sleep 0.1; done
  ! kill -0 "$gateway" 2> /dev/null || { say "$transport: the gateway does not stop"; failed=1; }
done
[ "$failed" = 0 ] || die "failed, see above"
say "passed"
