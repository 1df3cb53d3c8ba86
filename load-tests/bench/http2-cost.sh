#!/usr/bin/env bash
# Compares the CPU per request of Stillgate and nginx over HTTP/2 and over HTTP/1.1 with TLS.
# usage: load-tests/run http2-cost [--rounds N] [--seconds S] [--warm REQUESTS] [--only h2c,h2,https]
# Gateways run on core 0, the stub model and h2load on core 1; rounds are interleaved, and the table gives medians. nginx is
# configured as in compare.sh. Exits with 1 if Stillgate needs more than 1.3 times the CPU of nginx.
# Needs nginx with geoip2, h2load, taskset, openssl.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
# shellcheck source=load-tests/lib/beside-nginx.sh
. "$LOAD_TESTS/lib/beside-nginx.sh"
# shellcheck source=load-tests/protocol/http2/gateway.sh
. "$LOAD_TESTS/protocol/http2/gateway.sh"

WARM=80000 WAYS=h2c,h2,https CONNECTIONS=8 STREAMS=8
read_options "$@"
check_machine h2load

build
start_pinned_stub
make_certificate
declare -A CLEAR SECRET
for name in nginx stillgate; do CLEAR[$name]=$(free_port) SECRET[$name]=$(free_port); done

answers() { # name
  [ "$(ask_once "https://127.0.0.1:${SECRET[$1]}" 3.3.3.3)" = 200 ] # opened last
}

ask_once() { # url, address -> status
  curl -s -o /dev/null -w '%{http_code}' -m 5 -k --http2-prior-knowledge -H 'x-api-key: sk-probe' -H "x-forwarded-for: $2" \
    -H 'content-type: application/json' -d @"$RUN/body.json" "$1/v1/messages" || true
}

{
  printf '{"model":"stub-1","max_tokens":100000,"messages":[{"role":"user","content":"'
  for _ in $(seq 23); do printf 'Why did the tide table and the pencil disagree? '; done
  printf '"}]}'
} > "$RUN/body.json"
fill nginx.conf "listen 127.0.0.1:${CLEAR[nginx]}; listen 127.0.0.1:${SECRET[nginx]} ssl; \
http2 on; ssl_certificate $RUN/cert.pem; ssl_certificate_key $RUN/key.pem; ssl_protocols TLSv1.2 TLSv1.3;"
fill stillgate.yaml "  - {address: \"127.0.0.1:${CLEAR[stillgate]}\", trustedHops: 1}\n\
  - {address: \"127.0.0.1:${SECRET[stillgate]}\", trustedHops: 1, tls: {certificates: [{chain: cert.pem, key: key.pem}]}}"
fill_policy
start_both
for name in nginx stillgate; do
  [ "$(ask_once "http://127.0.0.1:${CLEAR[$name]}" 3.3.3.3)" = 200 ] || die "$name does not respond in clear"
  [ "$(ask_once "http://127.0.0.1:${CLEAR[$name]}" 175.45.176.1)" = 403 ] \
    || die "$name let an address of a denied country through: the figures would not be comparable"
done

load() { # name, protocol, seconds -> output of h2load
  local url=https://127.0.0.1:${SECRET[$1]} clients=$CONNECTIONS streams=$STREAMS way=()
  case $2 in
    h2c) url=http://127.0.0.1:${CLEAR[$1]} ;;
    h2) ;;
    https) way=(--h1) clients=$((CONNECTIONS * STREAMS)) streams=1 ;;
    *) die "unknown protocol: $2" ;;
  esac
  taskset -c 1 h2load -t 1 -c "$clients" -m "$streams" -D "$3" --tls13-ciphers=TLS_AES_128_GCM_SHA256 "${way[@]}" \
    -d "$RUN/body.json" -H 'content-type: application/json' -H 'accept: application/json' -H 'user-agent: side-by-side/1.0' \
    -H 'anthropic-version: 2023-06-01' -H 'x-api-key: sk-bench-0001-0123456789abcdef0123456789abcdef' \
    -H 'x-forwarded-for: 3.37.101.2' -H 'x-stub: fixed' "$url/v1/messages" 2>&1
}

measure() { # name, protocol: a line "us per request, requests/s, share of the core" to $RUN/PROTOCOL.NAME
  local before after output done
  before=$(cpu_ticks "${PID[$1]}")
  output=$(load "$1" "$2" "$SECONDS_EACH")
  after=$(cpu_ticks "${PID[$1]}")
  done=$(echo "$output" | succeeded)
  [ "${done:-0}" -gt 100 ] || die "$1 $2: $output"
  echo "$output" | grep -q 'status codes: [0-9]* 2xx, 0 3xx, 0 4xx, 0 5xx' || die "$1 $2: unsuccessful responses: $output"
  awk -v c=$((after - before)) -v t="$(getconf CLK_TCK)" -v n="$done" -v s="$SECONDS_EACH" \
    'BEGIN { printf "%.2f %.0f %.2f\n", c / t / n * 1e6, n / s, c / t / s }' >> "$RUN/$2.$1"
}

succeeded() { sed -n 's/^requests:.* \([0-9]*\) succeeded.*/\1/p'; }
for protocol in ${WAYS//,/ }; do
  say "warming up for $protocol"
  load nginx "$protocol" 2 > /dev/null
  seen=0
  for _ in $(seq 15); do
    seen=$((seen + $(load stillgate "$protocol" 3 | succeeded)))
    [ "$seen" -lt "$WARM" ] || break
  done
  [ "$seen" -ge "$WARM" ] || die "the machine is too busy: only $seen requests in 45 s"
done
run_rounds "share of the core"
print_table ", $(h2load --version)" "$((CONNECTIONS * STREAMS)) concurrent requests on $CONNECTIONS HTTP/2 connections"
