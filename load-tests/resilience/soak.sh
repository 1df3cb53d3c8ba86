#!/usr/bin/env bash
# Runs a gateway at half of its maximum load for minutes and looks for leaks and growth.
# usage: load-tests/run soak [--minutes N] [--rate requests a second, instead of half of the maximum]
# Load is in clear and over TLS, with leak detection for every buffer. Meanwhile the policy is reloaded, the certificate is
# replaced, the upstream is restarted, and slow clients read streams. Prints how memory, heap and descriptors grow (a line
# fitted to a sample every 10 s) and which requests failed without a reason. Exits with 1 if one did, or anything leaked or grew.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
# shellcheck source=load-tests/protocol/tls/certificates.sh
. "$LOAD_TESTS/protocol/tls/certificates.sh"

MINUTES=15 RATE=0 RELOAD_EVERY=20 SWAP_EVERY=60 RESTART_EVERY=90 AWAY=2
while [ $# -gt 0 ]; do
  case $1 in
    --minutes) MINUTES=$2 ;;
    --rate) RATE=$2 ;;
    *) bad_usage ;;
  esac
  shift 2
done
command -v openssl > /dev/null || die "openssl is not installed"
SECONDS_IN_ALL=$((MINUTES * 60))

build
start_stub
STUB=${STARTED[-1]}
make_authority issuer
make_leaf issuer first ec serverAuth DNS:gateway.example
make_leaf issuer second ec serverAuth DNS:gateway.example
cp "$RUN/first.pem" "$RUN/gateway.pem"
cp "$RUN/first.key" "$RUN/gateway.key"
PORT=$(free_port) SECRET=$(free_port) ADMIN=$(free_port)
policy() { # 0 or 1: writes one of two policies, so that each reload changes it
  sed -e "s|@STUB@|$STUB_PORT|" -e "s|@CONFIG@|$ROOT/config|g" -e "s|capacity: 1000000}|capacity: 100000$1}|" \
    "$LOAD_TESTS/gatling/open-policy.yaml" > "$RUN/policy.yaml.next"
  mv "$RUN/policy.yaml.next" "$RUN/policy.yaml"
}
policy 0
sed -e "s|@PORT@|$PORT|" -e "s|@ADMIN@|$ADMIN|" -e 's|, trustedHops: 1||' "$LOAD_TESTS/gatling/stillgate.yaml" > "$RUN/stillgate.yaml"
sed -i "/^admin:/i\\  - {address: \"127.0.0.1:$SECRET\", tls: {certificates: [{chain: gateway.pem, key: gateway.key}]}}" "$RUN/stillgate.yaml"
echo "accounts: []" > "$RUN/accounts.yaml"
# The start script does not enable leak detection.
export STILLGATE_JAVA_OPTS="${STILLGATE_JAVA_OPTS:-} -Dio.netty.leakDetection.level=paranoid -Xmx${HEAP:-1g}"
start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"
GATEWAY=${STARTED[-1]}
: > "$RUN/reasons"
start soak load_tests_java dev.stillgate.loadtests.soak.SoakRun "$PORT" "$SECRET" "$GATEWAY" "$SECONDS_IN_ALL" "$RUN/reasons" "$RATE"
SOAK=${STARTED[-1]}
for _ in $(seq 100); do [ ! -e "$RUN/reasons.begun" ] || break; sleep 0.5; done
[ -e "$RUN/reasons.begun" ] || die "the load did not start: $(cat "$RUN/soak.err")"

restart_upstream() {
  local from
  from=$(date +%s%3N)
  kill -TERM "$STUB" 2> /dev/null || true
  sleep "$AWAY"
  kill -KILL "$STUB" 2> /dev/null || true
  wait "$STUB" 2> /dev/null || true # until then its port may still accept connections
  start stub load_tests_java dev.stillgate.loadtests.stub.StubModel --port "$STUB_PORT"
  STUB=${STARTED[-1]}
  await_port stub "$STUB_PORT"
  echo "$from $(date +%s%3N)" >> "$RUN/reasons"
}

reloads=0 swaps=0 restarts=0
begin=$(date +%s)
while kill -0 "$SOAK" 2> /dev/null && [ $(($(date +%s) - begin)) -lt $((SECONDS_IN_ALL + 60)) ]; do
  sleep 1
  now=$(($(date +%s) - begin))
  [ "$now" -lt $((SECONDS_IN_ALL - 20)) ] || continue
  if [ $((now / RELOAD_EVERY)) -gt "$reloads" ]; then
    reloads=$((reloads + 1))
    policy $((reloads % 2))
  fi
  if [ $((now / SWAP_EVERY)) -gt "$swaps" ]; then
    swaps=$((swaps + 1))
    if [ $((swaps % 2)) = 1 ]; then swap_leaf second gateway; else swap_leaf first gateway; fi
  fi
  if [ $((now / RESTART_EVERY)) -gt "$restarts" ]; then
    restarts=$((restarts + 1))
    restart_upstream
  fi
  [ $((now % 60)) != 0 ] || say "$(tail -1 "$RUN/soak.out")"
done
failed=0
wait "$SOAK" || failed=1
sleep 1
grep -v ' s: ' "$RUN/soak.out"
leaks=$(cat "$RUN/gateway.out" "$RUN/gateway.err" | grep -c 'LEAK' || true)
broken=$(cat "$RUN/gateway.out" "$RUN/gateway.err" | grep -E '^[^ ]* *[^ ]* *(ERROR|WARN)|Exception' | grep -v LEAK | head -5 || true)
echo "$reloads reloads, $swaps certificate changes, $restarts upstream restarts; $leaks leaks"
[ -z "$broken" ] || echo "$broken"
[ "$leaks" = 0 ] || { grep -m1 -A30 LEAK "$RUN"/gateway.out "$RUN"/gateway.err >&2 || true; die "buffers leak"; }
[ "$failed" = 0 ] || die "a request failed without a reason, or a resource grows"
say "passed"
