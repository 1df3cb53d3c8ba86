#!/usr/bin/env bash
# Checks that HTTP/2 clients get the same responses from a gateway as HTTP/1.1 clients.
# usage: load-tests/run http2
# curl, nghttp, h2load and the Node SDKs send requests in clear and over TLS: whole responses, streams, large
# uploads, errors and refusals, on one stream and on a hundred at once. Prints a table and exits with 1 if anything differs.
# Needs curl with HTTP/2, nghttp and h2load (Debian: nghttp2-client), openssl, Node 20; takes about two minutes.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
# shellcheck source=load-tests/protocol/http2/gateway.sh
. "$HERE/http2/gateway.sh"
# shellcheck source=load-tests/protocol/http2/cases.sh
. "$HERE/http2/cases.sh"

for tool in curl nghttp h2load openssl; do command -v "$tool" > /dev/null || die "$tool is not installed"; done
curl --version | grep -q HTTP2 || die "this curl has no HTTP/2"

build
start_stub
start_http2_gateway

CLIENTS=(curl-h2c curl-tls curl-upgrade nghttp-h2c nghttp-tls)
ask_nghttp() { # case, url
  local name=$1 url=$2 code
  set -- -H 'x-api-key: sk-http2' -H 'content-type: application/json' -H 'accept-encoding: identity' -t 30 -y
  [ -z "${BODIES[$name]}" ] || set -- "$@" -d "$RUN/${BODIES[$name]}"
  [ -z "${FIELDS[$name]}" ] || set -- "$@" -H "x-stub: ${FIELDS[$name]}"
  nghttp -r "$RUN/har" "$@" "$url${PATHS[$name]}" > "$RUN/content" 2> "$RUN/nghttp.err" || true
  code=$(sed -n 's/.*"status": *\([0-9]*\).*/\1/p' "$RUN/har" | head -1)
  # The response's header fields: those after "response" in the HAR file.
  sed -n '/"response"/,$p' "$RUN/har" | tr -d '\n' | grep -oE '\{ *"name": *"[^"]*", *"value": *"[^"]*" *\}' \
    | sed -E 's/.*"name": *"([^"]*)", *"value": *"([^"]*)".*/\1: \2/' > "$RUN/fields" || true
  write_down "${code:-000}" "$RUN/fields" "$RUN/content"
  VERSION=2
}

ask() { # client, case: writes the response to $RUN/got and its HTTP version to VERSION
  rm -f "$RUN/fields" "$RUN/content"
  : > "$RUN/fields"
  local clear=http://127.0.0.1:$PORT secret=https://127.0.0.1:$TLS
  case $1 in
    http1) ask_curl "$2" "$clear" --http1.1 ;;
    curl-h2c) ask_curl "$2" "$clear" --http2-prior-knowledge ;;
    curl-tls) ask_curl "$2" "$secret" --http2 ;;
    curl-upgrade) ask_curl "$2" "$clear" --http2 ;;
    nghttp-h2c) ask_nghttp "$2" "$clear" ;;
    nghttp-tls) ask_nghttp "$2" "$secret" ;;
  esac > "$RUN/got"
}

# nghttp keeps no status of a reset stream: compares the content up to the error event only.
what_stays() { sed -n '/^$/,$p' "$1" | sed '/^event: error/,$d'; }

WRONG=0
verdict() { # client, case: compares $RUN/got with the response over HTTP/1.1
  local wanted=2
  [ "${1%-upgrade}" = "$1" ] || wanted=1.1 # RFC 9113 section 3.1 removes the h2c upgrade: the response stays HTTP/1.1
  if [ "$VERSION" != "$wanted" ]; then
    echo "HTTP/$VERSION"
  elif cmp -s "$RUN/expected.$2" "$RUN/got"; then
    echo same
  elif [ "$2" = cut-stream ] && cmp -s <(what_stays "$RUN/expected.$2") <(what_stays "$RUN/got"); then
    echo "same, cut"
  else
    cp "$RUN/got" "$RUN/differs.$2.$1"
    echo DIFFERS
  fi
}

printf '| %-14s |' case
printf ' %-12s |' "${CLIENTS[@]}"
printf '\n|---|%s\n' "$(printf -- '---|%.0s' "${CLIENTS[@]}")"
for name in "${CASES[@]}"; do
  ask http1 "$name"
  cp "$RUN/got" "$RUN/expected.$name"
  printf '| %-14s |' "$name"
  for client in "${CLIENTS[@]}"; do
    ask "$client" "$name"
    found=$(verdict "$client" "$name")
    [ "${found%, cut}" = same ] || WRONG=$((WRONG + 1))
    printf ' %-12s |' "$found"
  done
  echo
done

echo
printf '| %-42s | %-8s | %-12s |\n|---|---|---|\n' "other checks" transport ""
outcome() { # check, transport, 0 if it passed
  [ "$3" = 0 ] || WRONG=$((WRONG + 1))
  printf '| %-42s | %-8s | %-12s |\n' "$1" "$2" "$([ "$3" = 0 ] && echo same || echo DIFFERS)"
}
url_of() { [ "$1" = h2c ] && echo "http://127.0.0.1:$PORT" || echo "https://127.0.0.1:$TLS"; }

# A feature that only nghttp has.
nghttp_way() { # check, transport, case, nghttp arguments...
  local what=$1 transport=$2 name=$3 same=0
  shift 3
  nghttp -y -t 30 -H 'x-api-key: sk-http2' -H 'content-type: application/json' -H 'accept-encoding: identity' \
    ${FIELDS[$name]:+-H "x-stub: ${FIELDS[$name]}"} -d "$RUN/${BODIES[$name]}" "$@" "$(url_of "$transport")${PATHS[$name]}" \
    > "$RUN/content" 2> "$RUN/nghttp.err" || same=1
  { echo; sed -E "$STRIP_IDS" "$RUN/content"; } | cmp -s - <(sed -n '/^$/,$p' "$RUN/expected.$name") || same=1
  outcome "$what" "$transport" "$same"
}

# A hundred concurrent streams on one connection, each with its own prompt.
many_with_curl() { # transport, curl arguments...
  local transport=$1 i wrong=0
  shift
  rm -rf "$RUN/many" && mkdir "$RUN/many"
  for i in $(seq 100); do
    [ "$i" = 1 ] || echo next
    printf 'url = "%s/v1/messages"\noutput = "%s/many/%s"\n' "$(url_of "$transport")" "$RUN" "$i"
    printf 'header = "x-api-key: sk-http2"\nheader = "content-type: application/json"\nheader = "x-stub: events=30,pace=10"\n'
    printf 'cacert = "%s/cert.pem"\nmax-time = 30\nsilent\nno-buffer\n' "$RUN"
    printf 'data = "{\\"model\\":\\"stub-1\\",\\"max_tokens\\":9,\\"stream\\":true,\\"messages\\":[{\\"role\\":\\"user\\",\\"content\\":\\"prompt %03d\\"}]}"\n' "$i"
    [ "$1" = --http2 ] && echo http2 || echo http2-prior-knowledge
  done > "$RUN/many.curl"
  curl -Z --parallel-max 100 -K "$RUN/many.curl" 2> "$RUN/many.err" || wrong=1
  for i in $(seq 100); do
    grep -q '^event: message_stop' "$RUN/many/$i" || wrong=1
  done
  [ "$(sed -E "$STRIP_IDS" "$RUN/many/1" | wc -l)" = "$(wc -l < "$RUN/many/100")" ] || wrong=1
  outcome "curl: 100 streams at once" "$transport" "$wrong"
}

many_with_h2load() { # check, transport, requests, body, x-stub, path
  local wrong=0
  h2load -n "$3" -c 1 -m 100 -t 1 -d "$RUN/$4" -H 'x-api-key: sk-http2' -H 'content-type: application/json' \
    ${5:+-H "x-stub: $5"} "$(url_of "$2")$6" > "$RUN/h2load.out" 2>&1 || wrong=1
  grep -q "requests: $3 total, $3 started, $3 done, $3 succeeded, 0 failed, 0 errored, 0 timeout" "$RUN/h2load.out" || wrong=1
  grep -q "status codes: $3 2xx" "$RUN/h2load.out" || wrong=1
  [ "$wrong" = 0 ] || cp "$RUN/h2load.out" "$RUN/differs.h2load.$2"
  outcome "$1" "$2" "$wrong"
}

for transport in h2c tls; do
  nghttp_way "nghttp: trailers after the content" "$transport" answer --trailer 'x-checksum: 1'
  nghttp_way "nghttp: no content-length" "$transport" large-upload --no-content-length
  nghttp_way "nghttp: padded frames" "$transport" stream -b 255
  nghttp_way "nghttp: CONTINUATION" "$transport" answer --continuation
  nghttp_way "nghttp: windows of 1,023 bytes" "$transport" large-answer -w 10 -W 10
  nghttp_way "nghttp: expect 100-continue" "$transport" answer --expect-continue
  nghttp_way "nghttp: header table of size 0" "$transport" answer -c 0
  many_with_curl "$transport" "$([ "$transport" = h2c ] && echo --http2-prior-knowledge || echo --http2)"
  many_with_h2load "h2load: 5,000 responses, 100 at once" "$transport" 5000 small.json "" /v1/messages
  many_with_h2load "h2load: 500 streams, 100 at once" "$transport" 500 stream.json events=30,pace=5 /v1/messages
  many_with_h2load "h2load: 300 uploads of 1 MB, 100 at once" "$transport" 300 medium.json "" /v1/messages/count_tokens
done

# The checks of the official Node SDKs, all over HTTP/2.
if command -v node > /dev/null && command -v npm > /dev/null; then
  install_node_packages "$LOAD_TESTS/release/sdk"
  sleep 1 # the access log is written every second
  before=$(grep -c '"protocol":"2"' "$RUN/access.log")
  wrong=0
  (cd "$LOAD_TESTS/release/sdk" && BASE_URL="https://127.0.0.1:$TLS" STUB_URL="http://127.0.0.1:$STUB_PORT" CA_FILE="$RUN/cert.pem" \
    node --test check.mjs) > "$RUN/sdk.out" 2>&1 || { wrong=1; cp "$RUN/sdk.out" "$RUN/differs.sdk"; }
  [ "$(await_logged 2 $((before + 20)))" -ge $((before + 20)) ] || wrong=1
  outcome "Node SDKs by undici: $(sed -n 's/^. tests //p' "$RUN/sdk.out") checks" tls "$wrong"
else
  say "node is not installed: the SDK checks are skipped"
fi

active=$(curl -s "http://127.0.0.1:$ADMIN/metrics" | sed -n 's/^stillgate_exchanges_active //p')
memory=$(curl -s "http://127.0.0.1:$ADMIN/metrics" | sed -n 's/^stillgate_body_memory_bytes //p')
[ "${active%.*}" = 0 ] && [ "${memory%.*}" = 0 ] || die "not released: $active exchanges, $memory bytes of bodies"
if [ "$WRONG" != 0 ]; then
  for file in "$RUN"/differs.*; do
    [ -f "$file" ] || continue
    name=$(basename "$file" | cut -d. -f2)
    say "$(basename "$file"):"
    { [ -f "$RUN/expected.$name" ] && diff -a "$RUN/expected.$name" "$file" || cat "$file"; } | cut -c1-200 | head -12 >&2
  done
  die "$WRONG checks differ from HTTP/1.1"
fi
say "passed: ${#CASES[@]} cases with ${#CLIENTS[@]} clients, and the other checks"
