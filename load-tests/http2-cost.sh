#!/usr/bin/env bash
# CPU per request of Stillgate and of nginx with the same protocol in the same run: HTTP/2 in clear, HTTP/2 over TLS, and
# HTTP/1.1 over TLS. Gateways on core 0, the stub model and h2load on core 1; rounds interleaved, medians. nginx is set up as
# in compare.sh. Exits 1 when Stillgate costs more than 1.3 times as much. Needs nginx with geoip2, h2load, taskset, openssl.
# usage: load-tests/http2-cost.sh [--rounds N] [--seconds S] [--warm REQUESTS] [--only h2c,h2,https]
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=load-tests/processes.sh
. "$HERE/processes.sh"
# shellcheck source=load-tests/http2/gateway.sh
. "$HERE/http2/gateway.sh"

ROUNDS=5 SECONDS_EACH=6 WARM=80000 ONLY=h2c,h2,https GOAL=1.3
CONNECTIONS=8 STREAMS=8
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) ROUNDS=$2 ;;
        --seconds) SECONDS_EACH=$2 ;;
        --warm) WARM=$2 ;;
        --only) ONLY=$2 ;;
        *) sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2 ;;
    esac
    shift 2
done
for tool in nginx h2load taskset openssl curl; do command -v "$tool" > /dev/null || die "$tool is not installed"; done
[ "$(nproc)" -ge 2 ] || die "needs two cores"
awk -v now="$(cut -d' ' -f1 /proc/loadavg)" 'BEGIN { exit now < 0.5 }' && say "warning: the machine is busy ($(cat /proc/loadavg)): not figures to quote"

build
chmod 755 "$RUN"
start_stub
taskset -a -c -p 1 "${STARTED[-1]}" > /dev/null
make_certificate
cp "$ROOT/config/geo/GeoLite2-Country.mmdb" "$RUN/"
chmod -R a+rX "$RUN"
MODULES=$(nginx -V 2>&1 | sed -n 's/.*--modules-path=\([^ ]*\).*/\1/p')
declare -A PID CLEAR SECRET

fill() { # template, clear port, TLS port, lines that replace the one that listens -> file in $RUN
    sed -e "s|@RUN@|$RUN|g" -e "s|@STUB@|$STUB_PORT|g" -e "s|@MODULES@|$MODULES|g" -e "s|@ADMIN@|$ADMIN|g" \
        -e "s|@POLICY@|requests|g" -e "s|.*127.0.0.1:@PORT@.*|$4|" "$HERE/compare/$1" > "$RUN/$1"
}

start_pinned() { # name, command...: on core 0, until it answers
    start "$1" taskset -c 0 "${@:2}"
    PID[$1]=${STARTED[-1]}
    for _ in $(seq 150); do
        [ "$(ask_once "https://127.0.0.1:${SECRET[$1]}" 3.3.3.3)" = 200 ] && break # opened last
        kill -0 "${PID[$1]}" 2>/dev/null || die "$1 ended: $(tail -n 5 "$RUN/$1.err" "$RUN/$1.out")"
        sleep 0.2
    done
    [ "$(ask_once "http://127.0.0.1:${CLEAR[$1]}" 3.3.3.3)" = 200 ] || die "$1 does not answer: $(tail -n 5 "$RUN/$1.err" "$RUN/$1.out")"
    [ "$(ask_once "http://127.0.0.1:${CLEAR[$1]}" 175.45.176.1)" = 403 ] \
        || die "$1 let an address of a denied country through: the figures would not be comparable"
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
ADMIN=$(free_port)
for name in nginx stillgate; do CLEAR[$name]=$(free_port) SECRET[$name]=$(free_port); done
fill nginx.conf "${CLEAR[nginx]}" "${SECRET[nginx]}" "listen 127.0.0.1:${CLEAR[nginx]}; listen 127.0.0.1:${SECRET[nginx]} ssl; \
http2 on; ssl_certificate $RUN/cert.pem; ssl_certificate_key $RUN/key.pem; ssl_protocols TLSv1.2 TLSv1.3;"
fill stillgate.yaml "${CLEAR[stillgate]}" "${SECRET[stillgate]}" "  - {address: \"127.0.0.1:${CLEAR[stillgate]}\", trustedHops: 1}\n\
  - {address: \"127.0.0.1:${SECRET[stillgate]}\", trustedHops: 1, tls: {certificates: [{chain: cert.pem, key: key.pem}]}}"
fill policy.yaml 0 0 ""
fill filters.yaml 0 0 ""
awk '/^# (requests|tokens|prints|all)/ { on = / requests( |$)/ } on && !/^#/' "$RUN/filters.yaml" >> "$RUN/policy.yaml"
mv "$RUN/policy.yaml" "$RUN/requests-policy.yaml"
start_pinned nginx nginx -p "$RUN" -c "$RUN/nginx.conf" -e "$RUN/nginx-error.log"
# shellcheck disable=SC2086
start_pinned stillgate ${STILLGATE_CMD:-"$ROOT/proxy/bin/stillgate" run} --config "$RUN/stillgate.yaml"

load() { # name, protocol, seconds -> what h2load says
    local url=https://127.0.0.1:${SECRET[$1]} clients=$CONNECTIONS streams=$STREAMS way=()
    case $2 in
        h2c) url=http://127.0.0.1:${CLEAR[$1]} ;;
        h2) ;;
        https) way=(--h1) clients=$((CONNECTIONS * STREAMS)) streams=1 ;;
        *) die "no such protocol: $2" ;;
    esac
    taskset -c 1 h2load -t 1 -c "$clients" -m "$streams" -D "$3" --tls13-ciphers=TLS_AES_128_GCM_SHA256 "${way[@]}" \
        -d "$RUN/body.json" -H 'content-type: application/json' -H 'accept: application/json' -H 'user-agent: side-by-side/1.0' \
        -H 'anthropic-version: 2023-06-01' -H 'x-api-key: sk-bench-0001-0123456789abcdef0123456789abcdef' \
        -H 'x-forwarded-for: 3.37.101.2' -H 'x-stub: fixed' "$url/v1/messages" 2>&1
}

measure() { # name, protocol: a line "us per request, requests/s, mean ms" to $RUN/PROTOCOL.NAME
    local before after told done
    before=$(cpu_ticks "${PID[$1]}")
    told=$(load "$1" "$2" "$SECONDS_EACH")
    after=$(cpu_ticks "${PID[$1]}")
    done=$(echo "$told" | succeeded)
    [ "${done:-0}" -gt 100 ] || die "$1 $2: $told"
    echo "$told" | grep -q 'status codes: [0-9]* 2xx, 0 3xx, 0 4xx, 0 5xx' || die "$1 $2: answers that were no success: $told"
    awk -v c=$((after - before)) -v t="$(getconf CLK_TCK)" -v n="$done" -v s="$SECONDS_EACH" \
        'BEGIN { printf "%.2f %.0f %.2f\n", c / t / n * 1e6, n / s, c / t / s }' >> "$RUN/$2.$1"
    say "$1 $2: $(tail -1 "$RUN/$2.$1")"
}

median() { # file, column
    sort -g -k"$2,$2" "$1" | awk -v k="$2" '{ v[NR] = $k } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

succeeded() { sed -n 's/^requests:.* \([0-9]*\) succeeded.*/\1/p'; }
for protocol in ${ONLY//,/ }; do
    say "warming up for $protocol"
    load nginx "$protocol" 2 > /dev/null
    seen=0
    for _ in $(seq 15); do
        seen=$((seen + $(load stillgate "$protocol" 3 | succeeded)))
        [ "$seen" -lt "$WARM" ] || break
    done
    [ "$seen" -ge "$WARM" ] || die "the machine is too busy: $seen requests in 45 s"
done
for round in $(seq "$ROUNDS"); do
    say "round $round of $ROUNDS: us/request, requests/s, share of the core"
    for protocol in ${ONLY//,/ }; do
        for name in nginx stillgate; do measure "$name" "$protocol"; done
    done
done

echo
echo "$(nginx -v 2>&1 | sed 's/.*: //'), $(h2load --version), $(uname -sr), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1);" \
    "$ROUNDS rounds of $SECONDS_EACH s, medians; $((CONNECTIONS * STREAMS)) requests at once, on $CONNECTIONS connections of HTTP/2"
echo
echo "| | nginx us/request | Stillgate us/request | ratio | nginx requests/s | Stillgate requests/s |"
echo "|---|--:|--:|--:|--:|--:|"
missed=0
for protocol in ${ONLY//,/ }; do
    theirs=$(median "$RUN/$protocol.nginx" 1) ours=$(median "$RUN/$protocol.stillgate" 1)
    ratio=$(awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%.2f", a / b }')
    echo "| $protocol | $theirs | $ours | $ratio | $(median "$RUN/$protocol.nginx" 2) | $(median "$RUN/$protocol.stillgate" 2) |"
    awk -v r="$ratio" -v g="$GOAL" 'BEGIN { exit r <= g }' && missed=1
done
[ "$missed" = 0 ] || die "more than $GOAL times nginx"
