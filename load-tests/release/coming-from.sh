#!/usr/bin/env bash
# Checks the configurations in config/docs/coming-from.md: Stillgate's files, and nginx in front of and behind a gateway.
# usage: load-tests/run coming-from
# The configurations are taken from the document and get free ports. Every stillgate.yaml and policy.yaml must be valid. A
# JSON response and a stream pass client -> nginx -> gateway -> nginx -> stub model, and the same without the nginx in front.
# Events must arrive one by one, the access log must name the client's address and not a forged one, and the same nginx
# with buffering must hold the events back. Needs nginx, openssl and curl.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
[ $# -eq 0 ] || bad_usage

DOCUMENT=$ROOT/config/docs/coming-from.md
CLIENT=127.0.0.7 FORGED=203.0.113.9 EVENTS=8 PACE=250

expect() { # check, expected, actual
  [ "$2" = "$3" ] || die "$1: expected $2, got $3"
  say "$1: $3"
}

# Prints the code block of the document that begins with a line.
block() { # its first line, without "# "
  awk -v first="# $1" '
    /^```/ { if (inside) { if (found) exit; inside = 0 } else inside = fresh = 1; next }
    inside && fresh { fresh = 0; found = $0 == first }
    found' "$DOCUMENT" > "$RUN/block"
  [ -s "$RUN/block" ] || die "$DOCUMENT has no block that begins with \"# $1\""
  cat "$RUN/block"
}

# Validates the two files of one way to deploy, with the secrets and databases that the text asks for.
validate() { # name of the way
  local dir=$RUN/${1// /-}
  mkdir "$dir"
  block "stillgate.yaml: $1" > "$dir/stillgate.yaml"
  block "policy.yaml: $1" > "$dir/policy.yaml"
  printf 'accounts:\n  - {id: team}\n' > "$dir/accounts.yaml"
  "$ROOT/proxy/bin/stillgate" validate --config "$dir/stillgate.yaml" > "$dir/out" 2>&1 || die "$1: $(cat "$dir/out")"
  say "valid: $1"
}

ask() { # stream, URL, curl arguments...
  local stream=$1 url=$2
  shift 2
  curl -sSN -m 60 --cacert "$RUN/server.crt" --interface "$CLIENT" -H "x-forwarded-for: $FORGED" -H 'x-api-key: sk-coming' \
    -H 'content-type: application/json' -H 'anthropic-version: 2023-06-01' "$@" "$url/v1/messages" \
    -d "{\"model\":\"stub-1\",\"max_tokens\":60,\"stream\":$stream,\"messages\":[{\"role\":\"user\",\"content\":\"Why is the sky blue?\"}]}"
}

# Prints how many data lines of a stream arrived at least half of the stub's pace after the one before.
singly() { # URL
  local line now last=0 count=0
  while IFS= read -r line; do
    [[ $line == data:* ]] || continue
    now=${EPOCHREALTIME/[.,]/}
    [ $((now - last)) -lt $((PACE * 500)) ] || count=$((count + 1))
    last=$now
  done < <(ask true "$1" -H "x-stub: pace=$PACE,events=$EVENTS")
  echo "$count"
}

# Prints the client's addresses in the access log, each once.
logged() {
  sed -n 's/.*"downstream_remote_address":"\([^"]*\)".*/\1/p' "$RUN/access.log" | sort -u
}

for tool in nginx openssl curl; do command -v "$tool" > /dev/null || die "$tool is not installed"; done
[ -f "$DOCUMENT" ] || die "$DOCUMENT is missing"
export STILLGATE_HASH_SECRET="a secret for this check only"
build
sed -n 's/^# policy\.yaml: //p' "$DOCUMENT" > "$RUN/ways"
while IFS= read -r way; do validate "$way"; done < "$RUN/ways"

start_stub
FRONT=$(free_port) BUFFERING=$(free_port) BEHIND=$(free_port) PORT=$(free_port) ADMIN=$(free_port)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
  -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$RUN/server.key" -out "$RUN/server.crt" 2> "$RUN/openssl.err" \
  || die "$(cat "$RUN/openssl.err")"
block 'nginx: in front' | sed -e "s|listen 443 |listen 127.0.0.1:$FRONT |" -e "s|/etc/nginx/tls/|$RUN/|" \
  -e "s|127\.0\.0\.1:8080|127.0.0.1:$PORT|" > "$RUN/in-front.conf"
sed -e "s|:$FRONT |:$BUFFERING |" -e 's|proxy_buffering off|proxy_buffering on|' -e 's|upstream stillgate |upstream buffered |' \
  -e 's|http://stillgate;|http://buffered;|' "$RUN/in-front.conf" > "$RUN/buffering.conf"
grep -q 'proxy_buffering on' "$RUN/buffering.conf" || die "the block \"nginx: in front\" does not switch buffering off"
block 'nginx: behind' | sed -e "s|127\.0\.0\.1:8090|127.0.0.1:$BEHIND|" -e "s|https://api\.anthropic\.com|http://127.0.0.1:$STUB_PORT|" \
  > "$RUN/behind.conf"
sed -e "s|@RUN@|$RUN|g" "$HERE/coming-from/nginx.conf" > "$RUN/nginx.conf"
start nginx nginx -p "$RUN" -c "$RUN/nginx.conf" -e "$RUN/nginx-error.log"
await_port nginx "$FRONT"

cat > "$RUN/stillgate.yaml" << YAML
listeners:
  - {address: "127.0.0.1:$PORT", trustedHops: 1}
admin: {address: "127.0.0.1:$ADMIN"}
hashing: {h1: "\${STILLGATE_HASH_SECRET}"}
accessLog: {path: access.log}
YAML
cat > "$RUN/policy.yaml" << YAML
version: 1
upstreams:
  - {name: nginx, endpoints: ["http://127.0.0.1:$BEHIND"]}
routes:
  - {path: /v1/, upstream: nginx}
YAML
start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"

for way in "https://127.0.0.1:$FRONT nginx, gateway, nginx" "http://127.0.0.1:$PORT gateway, nginx"; do
  url=${way%% *}
  expect "${way#* }: a response" 200 "$(ask false "$url" -o "$RUN/answer.json" -w '%{http_code}')"
  grep -q '"output_tokens"' "$RUN/answer.json" || die "the response has no usage: $(cat "$RUN/answer.json")"
  count=$(singly "$url")
  [ "$count" -gt $((EVENTS / 2)) ] || die "${way#* }: only $count events of $EVENTS arrived by themselves"
  say "${way#* }: $count events arrived by themselves"
  ask true "$url" > "$RUN/stream.out"
  expect "${way#* }: a stream ends with" 'event: message_stop' "$(grep '^event:' "$RUN/stream.out" | tail -1)"
  if [ "$url" = "https://127.0.0.1:$FRONT" ]; then
    sleep 1.2 # lines are written within a second
    expect "${way#* }: the client's address in the access log" "$CLIENT" "$(logged)"
  fi
done

count=$(singly "https://127.0.0.1:$BUFFERING")
[ "$count" -le 2 ] || die "with buffering $count events arrived by themselves, so this check proves nothing"
say "the same nginx with proxy_buffering on: $count events arrived by themselves"
say "passed"
