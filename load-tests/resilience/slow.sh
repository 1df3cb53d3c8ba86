#!/usr/bin/env bash
# Runs slow attacks (slowhttptest) and ambiguous framing (varnishtest) beside honest load.
# usage: load-tests/run slow [--seconds S] [--connections N] [--rate R]
# The attacks are: heads that never end (in clear and over TLS), slow bodies, slow readers, and requests for many ranges. Prints
# what honest clients saw and whether slowhttptest's own probe, from the attacking address, still got a response. Exits with 1 if
# fewer than 999 of 1,000 honest requests succeeded or a framing case failed. Needs slowhttptest and nginx (as an upstream with
# a large file); the framing cases are skipped without varnishtest.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
# shellcheck source=load-tests/lib/measure.sh
. "$LOAD_TESTS/lib/measure.sh"
help_if_asked "$@"
# shellcheck source=load-tests/protocol/tls/certificates.sh
. "$LOAD_TESTS/protocol/tls/certificates.sh"

SECONDS_EACH=40 CONNECTIONS=4000 RATE=200
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) SECONDS_EACH=$2 ;;
    --connections) CONNECTIONS=$2 ;;
    --rate) RATE=$2 ;;
    *) bad_usage ;;
  esac
  shift 2
done
for tool in slowhttptest nginx openssl; do command -v "$tool" > /dev/null || die "$tool is not installed"; done

build
start_stub
make_authority issuer
make_leaf issuer gateway ec serverAuth DNS:gateway.example
PORT=$(free_port) SECRET=$(free_port) ADMIN=$(free_port) FILES=$(free_port)
chmod 755 "$RUN"
mkdir -p "$RUN/files/v1/blobs"
head -c 2000000 /dev/zero | tr '\0' 'x' > "$RUN/files/v1/blobs/large"
cat > "$RUN/nginx.conf" << CONF
daemon off;
pid $RUN/nginx.pid;
error_log $RUN/nginx-error.log crit;
events { worker_connections 16384; }
http {
    access_log off;
    client_body_temp_path $RUN/body; proxy_temp_path $RUN/proxy; fastcgi_temp_path $RUN/fastcgi;
    uwsgi_temp_path $RUN/uwsgi; scgi_temp_path $RUN/scgi;
    server { listen 127.0.0.1:$FILES; root $RUN/files; }
}
CONF
start files nginx -p "$RUN" -c "$RUN/nginx.conf" -e "$RUN/nginx-error.log"
await_port files "$FILES"
sed -e "s|@STUB@|$STUB_PORT|" "$LOAD_TESTS/protocol/tls/policy.yaml" > "$RUN/policy.yaml"
sed -i -e "/^routes:/i\\  - {name: files, endpoints: [\"http://127.0.0.1:$FILES\"]}" \
  -e "/^accounts:/i\\  - {path: /v1/blobs/, upstream: files, opaque: [/v1/blobs/]}" "$RUN/policy.yaml"
cat > "$RUN/stillgate.yaml" << CONF
listeners:
  - {address: "127.0.0.1:$PORT"}
  - {address: "127.0.0.1:$SECRET", tls: {certificates: [{chain: gateway.pem, key: gateway.key}]}}
admin: {address: "127.0.0.1:$ADMIN"}
policy: policy.yaml
hashing: {h1: "load test, no secret"}
CONF
start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"
GATEWAY=${STARTED[-1]}

honest() { load_tests_java dev.stillgate.loadtests.flood.HonestLoadRun "$PORT" sk-honest "$1" "$RATE"; }
say "warming up"
(honest 15) > /dev/null || true
FAILED=0
calm=$( (honest 15) || true)
echo "| attack | honest clients | attacker: probe answered, closed by the gateway, still open | resident MB |"
echo "|---|---|---|--:|"
echo "| none | $calm | - | $(rss_mb "$GATEWAY") |"
attack() { # name, arguments...
  local name=$1 output failed=0 last down
  shift
  start "attack-$name" slowhttptest -c "$CONNECTIONS" -r 400 -l "$SECONDS_EACH" -p 3 -g -o "$RUN/$name" -v 1 "$@"
  sleep 5
  output=$(honest $((SECONDS_EACH - 5)) 2>&1) || failed=1
  for _ in $(seq 100); do kill -0 "${STARTED[-1]}" 2> /dev/null || break; sleep 0.2; done
  last=$(tail -1 "$RUN/$name.csv")
  down=$(awk -F, 'NR > 2 && $NF + 0 == 0' "$RUN/$name.csv" | wc -l)
  echo "| $name | $output | $([ "$down" = 0 ] && echo always || echo "not in $down of $(($(wc -l < "$RUN/$name.csv") - 1)) probes")," \
    "$(echo "$last" | cut -d, -f2), $(echo "$last" | cut -d, -f4) | $(rss_mb "$GATEWAY") |"
  [ "$failed" = 0 ] || { FAILED=1; say "$name slows honest clients"; }
}
attack slow-headers -H -i 5 -x 24 -u "http://127.0.0.1:$PORT/v1/messages"
attack slow-headers-tls -H -i 5 -x 24 -u "https://127.0.0.1:$SECRET/v1/messages"
attack slow-body -B -i 5 -x 24 -s 8192 -t POST -f application/json -u "http://127.0.0.1:$PORT/v1/messages"
attack slow-read -X -k 3 -n 5 -w 256 -y 512 -z 32 -u "http://127.0.0.1:$PORT/v1/blobs/large"
attack ranges -R -t HEAD -a 10 -b 3000 -u "http://127.0.0.1:$PORT/v1/blobs/large"

if command -v varnishtest > /dev/null; then
  kill -TERM "${STARTED[0]}" 2> /dev/null || true # the cases play the upstream at its port
  sleep 1
  for case in "$LOAD_TESTS"/protocol/framing/*.vtc; do
    if timeout 60 varnishtest -D "gateway=127.0.0.1:$PORT" -D "upstream=127.0.0.1:$STUB_PORT" "$case" > "$RUN/vtc" 2>&1; then
      say "framing: $(basename "$case" .vtc) passed"
    else
      FAILED=1
      say "framing: $(basename "$case" .vtc) failed"
      grep -E '^(----|\*\*\*\*) ' "$RUN/vtc" | tail -20 >&2
    fi
  done
fi
[ "$FAILED" = 0 ] || die "an attack slows honest clients, or a framing case failed"
say "passed"
