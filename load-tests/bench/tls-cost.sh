#!/usr/bin/env bash
# Compares the CPU per request of Stillgate and nginx over TLS 1.3, with and without kept connections.
# usage: load-tests/run tls-cost [--rounds N] [--seconds S] [--warm S] [--only kept,handshake]
# "kept" reuses connections of HTTP/1.1, "handshake" makes a full handshake for each request. Gateways run on core 0, the
# stub model and wrk on core 1; rounds are interleaved, and the table gives medians. Both gateways have one ECDSA certificate
# and agree on the same cipher and group, without resumption; nginx is otherwise configured as in compare.sh. Exits with 1 if
# Stillgate needs more than 1.3 times the CPU of nginx. Needs nginx with geoip2, wrk, taskset, openssl.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
# shellcheck source=load-tests/lib/beside-nginx.sh
. "$LOAD_TESTS/lib/beside-nginx.sh"
# shellcheck source=load-tests/protocol/tls/certificates.sh
. "$LOAD_TESTS/protocol/tls/certificates.sh"

WARM=20 WAYS=kept,handshake CONNECTIONS=64
read_options "$@"
check_machine wrk

build
start_pinned_stub
make_authority issuer
make_leaf issuer gateway ec serverAuth DNS:gateway.example,IP:127.0.0.1
declare -A PORT AGREED
for name in nginx stillgate; do PORT[$name]=$(free_port); done
fill nginx.conf "listen 127.0.0.1:${PORT[nginx]} ssl backlog=1024; ssl_certificate $RUN/gateway.pem; ssl_certificate_key $RUN/gateway.key; \
ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets off; ssl_session_cache off;"
fill stillgate.yaml "  - {address: \"127.0.0.1:${PORT[stillgate]}\", trustedHops: 1, tls: {certificates: [{chain: gateway.pem, key: gateway.key}]}}"
fill_policy

answers() { # name
  [ "$(curl -sk -o /dev/null -w '%{http_code}' -m 5 -H 'x-api-key: sk-probe' -H 'x-forwarded-for: 3.3.3.3' -H 'content-type: application/json' \
    -d '{"model":"stub-1","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}' "https://127.0.0.1:${PORT[$1]}/v1/messages")" = 200 ]
}

start_both
for name in nginx stillgate; do
  AGREED[$name]=$(openssl s_client -connect "127.0.0.1:${PORT[$name]}" < /dev/null 2>&1 \
    | grep -Eo 'TLSv1.3, Cipher is .*|(Peer|Server) Temp Key: .*|Negotiated TLS1.3 group: .*' | sort | tr '\n' ' ' || true)
  say "$name negotiates ${AGREED[$name]}"
done
[ "${AGREED[nginx]}" = "${AGREED[stillgate]}" ] || die "the gateways negotiate different parameters: the figures would not be comparable"

sed -e 's|^function init(args)|function init(args)\n    local closing = args[3] == "close"|' \
  -e 's|\["x-stub"\] = stub,|["x-stub"] = stub,\n            ["Connection"] = closing and "close" or nil,|' "$HERE/compare/load.lua" > "$RUN/load.lua"

load() { # name, way, seconds -> RESULT line
  local more=keep
  [ "$2" = kept ] || more=close
  taskset -c 1 wrk -t1 -c"$CONNECTIONS" -d"${3}s" --timeout 30s -s "$RUN/load.lua" "https://127.0.0.1:${PORT[$1]}" -- 1000 json "$more" \
    | sed -n 's/^RESULT //p'
}

measure() { # name, way: a line "us per request, requests/s, p50 ms, share of the core" to $RUN/WAY.NAME
  local before after result
  before=$(cpu_ticks "${PID[$1]}")
  result=$(load "$1" "$2" "$SECONDS_EACH")
  after=$(cpu_ticks "${PID[$1]}")
  # shellcheck disable=SC2086
  set -- "$1" "$2" $result
  [ "$7" = 0 ] && [ "$8" = 0 ] || die "$1 $2: $7 unsuccessful responses, $8 broken connections"
  awk -v c=$((after - before)) -v t="$(getconf CLK_TCK)" -v n="$3" -v us="$4" -v p50="$5" \
    'BEGIN { printf "%.2f %.0f %.2f %.2f\n", c / t / n * 1e6, n / us * 1e6, p50 / 1000, c / t / us * 1e6 }' >> "$RUN/$2.$1"
}

for way in ${WAYS//,/ }; do
  say "warming up for $way"
  load stillgate "$way" "$WARM" > /dev/null
  load nginx "$way" 2 > /dev/null
done
run_rounds "p50 ms, share of the core"
print_table " with $(openssl version | cut -d' ' -f1,2)" "$CONNECTIONS connections, TLS 1.3, prompts of 1.2 kB"
