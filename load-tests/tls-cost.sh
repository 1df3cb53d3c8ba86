#!/usr/bin/env bash
# What TLS 1.3 costs Stillgate and nginx in the same run, in CPU per request: on connections that are kept (HTTP/1.1), and with a
# full handshake for each request. Gateways on core 0, the stub model and wrk on core 1; rounds interleaved, medians. Both
# show one ECDSA certificate and agree on one cipher and one group, without resumption; nginx is otherwise set up as in compare.sh. Exits 1
# when Stillgate costs more than 1.3 times as much. Needs nginx with geoip2, wrk, taskset, openssl.
# usage: load-tests/tls-cost.sh [--rounds N] [--seconds S] [--warm S] [--only kept,handshake]
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=load-tests/processes.sh
. "$HERE/processes.sh"
# shellcheck source=load-tests/tls/certificates.sh
. "$HERE/tls/certificates.sh"

ROUNDS=5 SECONDS_EACH=6 WARM=20 ONLY=kept,handshake GOAL=1.3 CONNECTIONS=64
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
for tool in nginx wrk taskset openssl curl; do command -v "$tool" > /dev/null || die "$tool is not installed"; done
[ "$(nproc)" -ge 2 ] || die "needs two cores"
awk -v now="$(cut -d' ' -f1 /proc/loadavg)" 'BEGIN { exit now < 0.5 }' && say "warning: the machine is busy ($(cat /proc/loadavg)): not figures to quote"

build
chmod 755 "$RUN"
start_stub
taskset -a -c -p 1 "${STARTED[-1]}" > /dev/null
make_authority issuer
make_leaf issuer gateway ec serverAuth DNS:gateway.example,IP:127.0.0.1
cp "$ROOT/config/geo/GeoLite2-Country.mmdb" "$RUN/"
chmod -R a+rX "$RUN"
MODULES=$(nginx -V 2>&1 | sed -n 's/.*--modules-path=\([^ ]*\).*/\1/p')
ADMIN=$(free_port)
declare -A PID PORT AGREED
for name in nginx stillgate; do PORT[$name]=$(free_port); done

fill() { # template, what stands in the place of the line that listens -> file in $RUN
    sed -e "s|.*127.0.0.1:@PORT@.*|$2|" -e "s|@RUN@|$RUN|g" -e "s|@STUB@|$STUB_PORT|g" -e "s|@MODULES@|$MODULES|g" \
        -e "s|@ADMIN@|$ADMIN|g" -e "s|@POLICY@|requests|g" "$HERE/compare/$1" > "$RUN/$1"
}
fill nginx.conf "listen 127.0.0.1:${PORT[nginx]} ssl backlog=1024; ssl_certificate $RUN/gateway.pem; ssl_certificate_key $RUN/gateway.key; \
ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets off; ssl_session_cache off;"
fill stillgate.yaml "  - {address: \"127.0.0.1:${PORT[stillgate]}\", trustedHops: 1, tls: {certificates: [{chain: gateway.pem, key: gateway.key}]}}"
{
    sed -e "s|@RUN@|$RUN|g" -e "s|@STUB@|$STUB_PORT|g" "$HERE/compare/policy.yaml"
    awk '/^# (requests|tokens|prints|all)/ { on = (" " $0 " ") ~ / requests / } on && !/^#/' "$HERE/compare/filters.yaml" | sed "s|@RUN@|$RUN|g"
} > "$RUN/requests-policy.yaml"

probe() { # port -> status
    curl -sk -o /dev/null -w '%{http_code}' -m 5 -H 'x-api-key: sk-probe' -H 'x-forwarded-for: 3.3.3.3' -H 'content-type: application/json' \
        -d '{"model":"stub-1","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}' "https://127.0.0.1:$1/v1/messages" || true
}

start_pinned() { # name, command...: on core 0, until it answers
    start "$1" taskset -c 0 "${@:2}"
    PID[$1]=${STARTED[-1]}
    for _ in $(seq 150); do
        [ "$(probe "${PORT[$1]}")" != 200 ] || break
        kill -0 "${PID[$1]}" 2> /dev/null || die "$1 ended: $(tail -n 5 "$RUN/$1.err" "$RUN/$1.out")"
        sleep 0.2
    done
    [ "$(probe "${PORT[$1]}")" = 200 ] || die "$1 does not answer over TLS"
    AGREED[$1]=$(openssl s_client -connect "127.0.0.1:${PORT[$1]}" < /dev/null 2>&1 \
        | grep -Eo 'TLSv1.3, Cipher is .*|(Peer|Server) Temp Key: .*|Negotiated TLS1.3 group: .*' | sort | tr '\n' ' ' || true)
    say "$1 agrees on ${AGREED[$1]}"
}
start_pinned nginx nginx -p "$RUN" -c "$RUN/nginx.conf" -e "$RUN/nginx-error.log"
# shellcheck disable=SC2086
start_pinned stillgate ${STILLGATE_CMD:-"$ROOT/proxy/bin/stillgate" run} --config "$RUN/stillgate.yaml"

[ "${AGREED[nginx]}" = "${AGREED[stillgate]}" ] || die "they agree on different things: the figures would not be comparable"

cpu() { # root pid -> clock ticks of it and all below it
    local pid sum=0 stat
    for pid in "$1" $(cat /proc/"$1"/task/*/children 2> /dev/null || true); do
        stat=$(cat "/proc/$pid/stat" 2> /dev/null) || continue
        # shellcheck disable=SC2086
        set -- ${stat##*) }
        sum=$((sum + ${12} + ${13} + ${14} + ${15}))
    done
    echo "$sum"
}

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
    before=$(cpu "${PID[$1]}")
    result=$(load "$1" "$2" "$SECONDS_EACH")
    after=$(cpu "${PID[$1]}")
    # shellcheck disable=SC2086
    set -- "$1" "$2" $result
    [ "$7" = 0 ] && [ "$8" = 0 ] || die "$1 $2: $7 answers that were no success, $8 broken connections"
    awk -v c=$((after - before)) -v t="$(getconf CLK_TCK)" -v n="$3" -v us="$4" -v p50="$5" \
        'BEGIN { printf "%.2f %.0f %.2f %.2f\n", c / t / n * 1e6, n / us * 1e6, p50 / 1000, c / t / us * 1e6 }' >> "$RUN/$2.$1"
    say "$1 $2: $(tail -1 "$RUN/$2.$1")"
}

median() { # file, column
    sort -g -k"$2,$2" "$1" | awk -v k="$2" '{ v[NR] = $k } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

for way in ${ONLY//,/ }; do
    say "warming up for $way"
    load stillgate "$way" "$WARM" > /dev/null
    load nginx "$way" 2 > /dev/null
done
for round in $(seq "$ROUNDS"); do
    say "round $round of $ROUNDS: us/request, requests/s, p50 ms, share of the core"
    for way in ${ONLY//,/ }; do
        for name in nginx stillgate; do measure "$name" "$way"; done
    done
done

echo
echo "$(nginx -v 2>&1 | sed 's/.*: //') with $(openssl version | cut -d' ' -f1,2), $(uname -sr), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1);" \
    "$ROUNDS rounds of $SECONDS_EACH s, medians; $CONNECTIONS connections, TLS 1.3, prompts of 1.2 kB"
echo
echo "| | nginx us/request | Stillgate us/request | ratio | nginx requests/s | Stillgate requests/s |"
echo "|---|--:|--:|--:|--:|--:|"
missed=0
for way in ${ONLY//,/ }; do
    theirs=$(median "$RUN/$way.nginx" 1) ours=$(median "$RUN/$way.stillgate" 1)
    ratio=$(awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%.2f", a / b }')
    echo "| $way | $theirs | $ours | $ratio | $(median "$RUN/$way.nginx" 2) | $(median "$RUN/$way.stillgate" 2) |"
    awk -v r="$ratio" -v g="$GOAL" 'BEGIN { exit r <= g }' && missed=1
done
[ "$missed" = 0 ] || die "more than $GOAL times nginx"
