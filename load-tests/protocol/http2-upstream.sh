#!/usr/bin/env bash
# Checks that responses of HTTP/2 upstreams arrive as those of HTTP/1.1 upstreams do.
# usage: load-tests/run http2-upstream [--cost ROUNDS] [--seconds S]
# The upstreams are another gateway, in clear and over TLS, and nghttpd. Clients ask for whole responses, streams, uploads,
# errors and refusals, one at a time and many at once. --cost also measures the CPU per request for each upstream protocol,
# with nginx as the upstream. Prints tables and exits with 1 if anything differs. Needs curl, h2load, nghttpd, openssl (Debian:
# nghttp2-client nghttp2-server), for --cost also nginx and taskset. Takes a minute; --cost adds two and 20 s a round.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
# shellcheck source=load-tests/protocol/http2/gateway.sh
. "$HERE/http2/gateway.sh"
# shellcheck source=load-tests/protocol/http2/cases.sh
. "$HERE/http2/cases.sh"

ROUNDS=0 SECONDS_EACH=5
while [ $# -gt 0 ]; do
  case $1,${2:-} in
    --cost,?*) ROUNDS=$2 ;;
    --seconds,?*) SECONDS_EACH=$2 ;;
    *) bad_usage ;;
  esac
  shift 2
done
for tool in curl h2load nghttpd openssl; do command -v "$tool" > /dev/null || die "$tool is not installed"; done

build
start_stub
start_http2_gateway
declare -A FRONT FRONT_ADMIN FRONT_PID

start_front() { # name, endpoint, protocol, more keys of the upstream
  local dir=$RUN/front-$1
  mkdir "$dir"
  FRONT[$1]=$(free_port) FRONT_ADMIN[$1]=$(free_port)
  cat > "$dir/stillgate.yaml" <<EOF
listeners: [{address: "127.0.0.1:${FRONT[$1]}"}]
admin: {address: "127.0.0.1:${FRONT_ADMIN[$1]}"}
threads: 1
policy: policy.yaml
hashing: {h1: "load test, no secret"}
accessLog: {path: access.log}
EOF
  cat > "$dir/policy.yaml" <<EOF
version: 1
upstreams:
  - {name: model, endpoints: ["$2"], protocol: $3${4:-}}
routes:
  - {path: /, upstream: model, opaque: [/v1/models, /nowhere, /files/]}
accounts: {credential: [x-api-key, bearer]}
EOF
  start_gateway "front-$1" "$dir/stillgate.yaml" "${FRONT_ADMIN[$1]}"
  FRONT_PID[$1]=${STARTED[-1]}
}

metric() { # front, name
  curl -s "http://127.0.0.1:${FRONT_ADMIN[$1]}/metrics" | awk -v n="$2" '$1 ~ "^" n "([{]|$)" { s += $2 } END { print s + 0 }'
}

TRUST=", tls: {authorities: $RUN/cert.pem}"
start_front http1 "http://127.0.0.1:$PORT" http1
start_front h2c "http://127.0.0.1:$PORT" http2
start_front h2 "https://127.0.0.1:$TLS" http2 "$TRUST"
start_front auto "https://127.0.0.1:$TLS" auto "$TRUST"
FRONTS=(h2c h2 auto)

WRONG=0
printf '| %-14s |' "gateway -> gateway"
printf ' %-8s |' "${FRONTS[@]}"
printf '\n|---|%s\n' "$(printf -- '---|%.0s' "${FRONTS[@]}")"
compare_all() { # protocol of the client, curl arguments...
  local client=$1 name front found
  shift
  for name in "${CASES[@]}"; do
    ask_curl "$name" "http://127.0.0.1:${FRONT[http1]}" "$@" > "$RUN/expected.$name"
    printf '| %-14s |' "$name, $client"
    for front in "${FRONTS[@]}"; do
      ask_curl "$name" "http://127.0.0.1:${FRONT[$front]}" "$@" > "$RUN/got"
      found=same
      cmp -s "$RUN/expected.$name" "$RUN/got" || { found=DIFFERS; WRONG=$((WRONG + 1)); cp "$RUN/got" "$RUN/differs.$name.$front"; }
      printf ' %-8s |' "$found"
    done
    echo
  done
}
compare_all 1.1 --http1.1
compare_all 2 --http2-prior-knowledge
REQUESTS=$(((${#CASES[@]} - 1) * 2)) # invalid JSON does not leave the gateway in front
OVER_2=$(await_logged 2 $((3 * REQUESTS))) OVER_1=$(await_logged 1.1 "$REQUESTS")
say "the gateway behind logged $OVER_2 requests over HTTP/2 and $OVER_1 over HTTP/1.1"
[ "$OVER_2" = $((3 * REQUESTS)) ] || { WRONG=$((WRONG + 1)); say "expected $((3 * REQUESTS)) over HTTP/2"; }

echo
printf '| %-58s | %-8s | %-8s |\n|---|---|---|\n' "other checks" upstream ""
outcome() { # check, upstream, 0 if it passed
  [ "$3" = 0 ] || WRONG=$((WRONG + 1))
  printf '| %-58s | %-8s | %-8s |\n' "$1" "$2" "$([ "$3" = 0 ] && echo same || echo DIFFERS)"
}
many() { # check, front, requests, at once, body, x-stub, path
  local wrong=0
  h2load --h1 -n "$3" -c "$4" -t 1 -d "$RUN/$5" -H 'x-api-key: sk-http2' -H 'content-type: application/json' \
    ${6:+-H "x-stub: $6"} "http://127.0.0.1:${FRONT[$2]}$7" > "$RUN/h2load.out" 2>&1 || wrong=1
  grep -q "status codes: $3 2xx" "$RUN/h2load.out" || { wrong=1; tail -12 "$RUN/h2load.out" >&2; }
  outcome "$1" "$2" "$wrong"
}
for front in "${FRONTS[@]}"; do
  many "5,000 responses, 64 at once" "$front" 5000 64 small.json "" /v1/messages
  many "500 streams, 250 at once" "$front" 500 250 stream.json events=30,pace=5 /v1/messages
  many "100 uploads of 1 MB, 20 at once" "$front" 100 20 medium.json "" /v1/messages/count_tokens
  OPENED=$(metric "$front" stillgate_upstream_connections_opened_total)
  wrong=0
  [ "${OPENED%.*}" -le 12 ] || wrong=1
  outcome "connections opened for these: ${OPENED%.*}" "$front" "$wrong"
done

# nghttpd, the server of the nghttp2 project.
mkdir "$RUN/files" "$RUN/files/files"
head -c 20000000 /dev/urandom > "$RUN/files/files/large"
head -c 5000000 /dev/urandom > "$RUN/upload"
NGHTTPD=$(free_port) NGHTTPD_TLS=$(free_port)
start nghttpd nghttpd --no-tls --echo-upload -m 8 -d "$RUN/files" --trailer 'x-checksum: 1' -a 127.0.0.1 "$NGHTTPD"
await_port nghttpd "$NGHTTPD"
start nghttpd-tls nghttpd --echo-upload -w 12 -W 14 -b 200 -d "$RUN/files" -a 127.0.0.1 "$NGHTTPD_TLS" "$RUN/key.pem" "$RUN/cert.pem"
await_port nghttpd-tls "$NGHTTPD_TLS"
start_front nghttpd "http://127.0.0.1:$NGHTTPD" http2
start_front secure "https://127.0.0.1:$NGHTTPD_TLS" auto "$TRUST"
for front in nghttpd secure; do
  url=http://127.0.0.1:${FRONT[$front]}/files
  wrong=0
  curl -s -m 30 "$url/large" | cmp -s - "$RUN/files/files/large" || wrong=1
  outcome "nghttpd: a response of 20 MB" "$front" "$wrong"
  wrong=0
  curl -s -m 30 -H 'expect:' --data-binary @"$RUN/upload" "$url/echo" | cmp -s - "$RUN/upload" || wrong=1
  outcome "nghttpd: an upload of 5 MB, echoed" "$front" "$wrong"
  wrong=0
  curl -s -m 30 -H 'expect:' -H 'transfer-encoding: chunked' --data-binary @"$RUN/upload" "$url/echo" | cmp -s - "$RUN/upload" || wrong=1
  outcome "nghttpd: the same without content-length" "$front" "$wrong"
  wrong=0
  for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    { curl -s -m 30 --limit-rate "$((i * 4))M" "$url/large" | cmp -s - "$RUN/files/files/large" || echo "$i"; } &
    PARTS[i]=$!
  done > "$RUN/slow.out"
  wait "${PARTS[@]}"
  [ ! -s "$RUN/slow.out" ] || wrong=1
  outcome "nghttpd: 12 readers of 20 MB, from 4 to 48 MB/s" "$front" "$wrong"
  wrong=0
  [ "$(curl -s -o /dev/null -w '%{http_code}' "$url/none")" = 404 ] || wrong=1
  outcome "nghttpd: a missing file" "$front" "$wrong"
done

for front in http1 "${FRONTS[@]}" nghttpd secure; do
  active=$(metric "$front" stillgate_exchanges_active) memory=$(metric "$front" stillgate_body_memory_bytes)
  [ "${active%.*}" = 0 ] && [ "${memory%.*}" = 0 ] || die "not released in $front: $active exchanges, $memory bytes of bodies"
done
if [ "$WRONG" != 0 ]; then
  for file in "$RUN"/differs.*; do
    [ -f "$file" ] || continue
    name=$(basename "$file" | cut -d. -f2)
    say "$(basename "$file"):"
    diff -a "$RUN/expected.$name" "$file" | cut -c1-200 | head -12 >&2 || true
  done
  die "$WRONG checks differ from HTTP/1.1"
fi
say "passed"
[ "$ROUNDS" -gt 0 ] || exit 0
# shellcheck source=load-tests/protocol/http2/upstream-cost.sh
. "$HERE/http2/upstream-cost.sh"
