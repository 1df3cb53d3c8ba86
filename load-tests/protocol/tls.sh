#!/usr/bin/env bash
# Checks TLS from outside with openssl, curl, h2load and testssl.sh.
# usage: load-tests/run tls [--no-scan]
# openssl s_client checks versions, server names, ALPN, resumption and client certificates. Certificates are replaced every
# other second while connections run and begin. testssl.sh scans both listeners. Exits with 1 if a check fails or the scan has
# a finding above "low". Needs openssl, curl, h2load, and testssl.sh for the scan.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
# shellcheck source=load-tests/protocol/tls/certificates.sh
. "$HERE/tls/certificates.sh"

SCAN=yes SCAN_SECONDS=${SCAN_SECONDS:-900} SWAPS=${SWAPS:-5}
case "${1:-}" in
  --no-scan) SCAN=no ;;
  "") ;;
  *) bad_usage ;;
esac
for tool in openssl curl h2load; do command -v "$tool" > /dev/null || die "$tool is not installed"; done
[ "$SCAN" = no ] || command -v testssl > /dev/null || die "testssl.sh is not installed"

build
start_stub
for authority in issuer clients other; do make_authority "$authority"; done
make_leaf issuer gateway ec serverAuth 'DNS:gateway.example,DNS:localhost,IP:127.0.0.1'
make_leaf issuer renewed ec serverAuth 'DNS:gateway.example,DNS:localhost,IP:127.0.0.1'
make_leaf issuer tenant rsa serverAuth 'DNS:*.tenant.example'
make_leaf clients client ec clientAuth 'DNS:client.example'
make_leaf other untrusted ec clientAuth 'DNS:client.example'
cp "$RUN/gateway.pem" "$RUN/first.pem"
cp "$RUN/gateway.key" "$RUN/first.key"
PORT=$(free_port) NEWEST=$(free_port) MUTUAL=$(free_port) ADMIN=$(free_port)
sed -e "s|@STUB@|$STUB_PORT|" "$HERE/tls/policy.yaml" > "$RUN/policy.yaml"
sed -e "s|@PORT@|$PORT|" -e "s|@NEWEST@|$NEWEST|" -e "s|@MUTUAL@|$MUTUAL|" -e "s|@ADMIN@|$ADMIN|" "$HERE/tls/stillgate.yaml" \
  > "$RUN/stillgate.yaml"
start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"

BODY='{"model":"stub-1","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}'
FAILED=0
verdict() { # check, 0 if it passed, observation
  if [ "$2" = 0 ]; then echo "| $1 | passed | $3 |"; else echo "| $1 | **failed** | $3 |"; FAILED=1; fi
}

# Sends one request with openssl s_client and prints its output.
s_client() { # port, arguments...
  local port=$1
  shift
  { printf 'POST /v1/messages HTTP/1.1\r\nhost: gateway.example\r\nx-api-key: sk-a\r\ncontent-type: application/json\r\n'
    printf 'content-length: %d\r\nconnection: close\r\n\r\n%s' "${#BODY}" "$BODY"
    sleep 1; } | timeout 10 openssl s_client -connect "127.0.0.1:$port" -CAfile "$RUN/issuer.pem" -ign_eof "$@" 2>&1 | tr -d '\0' || true
}

expect() { # check, pattern that must match, port, arguments...
  local output what=$1 pattern=$2
  shift 2
  output=$(s_client "$@")
  if grep -Eq "$pattern" <<< "$output"; then # not from a pipe, which pipefail fails if grep ends first
    verdict "$what" 0 "$(grep -Eo -m 1 "$pattern" <<< "$output" | head -1)"
  else
    echo "$output" > "$RUN/failed.${what//[^a-z]/-}"
    output=$(echo "$output" | grep '^HTTP/' || echo "$output" | grep -Ei 'alert|error|^ *Protocol|subject=' || true)
    verdict "$what" 1 "$(echo "$output" | head -1 | tr '|' ' ' | cut -c1-100)"
  fi
}

echo "| check | result | observed |"
echo "|---|---|---|"
OLD='ALL:@SECLEVEL=0' # without it openssl does not offer old versions
expect "TLS 1.0 is refused" 'alert protocol version|wrong version|unsupported protocol' "$PORT" -tls1 -cipher "$OLD"
expect "TLS 1.1 is refused" 'alert protocol version|wrong version|unsupported protocol' "$PORT" -tls1_1 -cipher "$OLD"
expect "TLS 1.2 is accepted" 'HTTP/1.1 200' "$PORT" -tls1_2
expect "TLS 1.3 is accepted" 'HTTP/1.1 200' "$PORT" -tls1_3
expect "TLS 1.2 is refused where 1.3 is the minimum" 'alert protocol version|unsupported protocol' "$NEWEST" -tls1_2
expect "TLS 1.3 is accepted there" 'HTTP/1.1 200' "$NEWEST" -tls1_3
expect "no CBC" 'alert handshake failure' "$PORT" -tls1_2 -cipher 'ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:AES128-SHA'
expect "no key exchange without forward secrecy" 'alert handshake failure' "$PORT" -tls1_2 -cipher 'AES128-GCM-SHA256:AES256-GCM-SHA384'
expect "certificate for a server name" 'subject=O ?= ?Stillgate load tests, CN ?= ?gateway' "$PORT" -servername gateway.example
expect "certificate for a wildcard name" 'subject=O ?= ?Stillgate load tests, CN ?= ?tenant' "$PORT" -servername a.tenant.example
expect "first certificate for an unknown name" 'subject=O ?= ?Stillgate load tests, CN ?= ?gateway' "$PORT" -servername elsewhere.example
expect "first certificate without a name" 'subject=O ?= ?Stillgate load tests, CN ?= ?gateway' "$PORT" -noservername
expect "the chain is complete" 'Verify return code: 0 \(ok\)' "$PORT" -servername gateway.example
expect "h2 by ALPN" 'ALPN protocol: h2' "$PORT" -alpn h2,http/1.1
expect "http/1.1 by ALPN" 'ALPN protocol: http/1.1' "$PORT" -alpn http/1.1
expect "unknown protocol by ALPN: HTTP/1.1 without ALPN" 'HTTP/1.1 200' "$PORT" -alpn spdy/1
expect "no early data" 'Max Early Data: 0|Early data was not sent' "$PORT" -tls1_3
for version in tls1_2 tls1_3; do
  s_client "$PORT" "-$version" -sess_out "$RUN/session" > /dev/null
  expect "a session is resumed, $version" '^Reused, TLSv1\.[23]' "$PORT" "-$version" -sess_in "$RUN/session"
done
output=$({ sleep 1; echo R; sleep 2; } | timeout 10 openssl s_client -connect "127.0.0.1:$PORT" -tls1_2 2>&1 | tr -d '\0' || true)
renegotiated=$(echo "$output" | sed '1,/^RENEGOTIATING/d' | grep -Eo 'no renegotiation|unexpected message|alert [a-z ]*|unexpected eof|errno=[0-9]*' | head -1 || true)
if grep -q '^RENEGOTIATING' <<< "$output" && [ -n "$renegotiated" ]; then failed=0; else failed=1; fi
verdict "renegotiation is refused" "$failed" "$renegotiated"
expect "a client without a certificate is refused" 'alert certificate required|alert handshake failure' "$MUTUAL" -tls1_3
expect "a client certificate of another authority is refused" 'alert (unknown ca|bad certificate|certificate unknown)' "$MUTUAL" -tls1_3 -cert "$RUN/untrusted.pem" -key "$RUN/untrusted.key"
expect "a client certificate is accepted" 'HTTP/1.1 200' "$MUTUAL" -tls1_3 -cert "$RUN/client.pem" -key "$RUN/client.key"
expect "a client certificate is accepted with TLS 1.2" 'HTTP/1.1 200' "$MUTUAL" -tls1_2 -cert "$RUN/client.pem" -key "$RUN/client.key"

# Certificates are replaced while connections run and begin.
serial() { openssl s_client -connect "127.0.0.1:$PORT" -servername gateway.example < /dev/null 2> /dev/null | openssl x509 -noout -serial; }
echo "$BODY" > "$RUN/body.json"
start running h2load --h1 -t 1 -c 20 -D $((SWAPS * 4)) -d "$RUN/body.json" -H 'content-type: application/json' -H 'x-api-key: sk-a' \
  "https://127.0.0.1:$PORT/v1/messages"
RUNNING=${STARTED[-1]}
begun=0 refused=0 shown=0 slowest=0
for swap in $(seq "$SWAPS"); do
  next=first
  [ $((swap % 2)) = 0 ] || next=renewed
  wanted=$(openssl x509 -noout -serial -in "$RUN/$next.pem")
  swap_leaf "$next" gateway
  since=$(date +%s%3N)
  while [ "$(serial)" != "$wanted" ] && [ $(($(date +%s%3N) - since)) -lt 8000 ]; do sleep 0.1; done
  took=$(($(date +%s%3N) - since))
  [ "$took" -ge 8000 ] || shown=$((shown + 1))
  [ "$took" -le "$slowest" ] || slowest=$took
  for _ in $(seq 20); do
    begun=$((begun + 1))
    [ "$(curl -s -o /dev/null -m 5 -w '%{http_code}' --cacert "$RUN/issuer.pem" -H 'x-api-key: sk-a' -H 'content-type: application/json' \
      -d "$BODY" "https://127.0.0.1:$PORT/v1/messages")" = 200 ] || refused=$((refused + 1))
  done
done
wait "$RUNNING" || true
output=$(grep -E '^(requests|status codes):' "$RUN/running.out" | tr '\n' ' ')
verdict "$SWAPS new certificates are used" $((shown < SWAPS)) "$shown, the slowest after $slowest ms"
verdict "connections that begin meanwhile" $((refused > 0)) "$begun began, $refused failed"
if grep -Eq ' 0 failed, 0 errored, 0 timeout.* 0 3xx, 0 4xx, 0 5xx' <<< "$output"; then failed=0; else failed=1; fi
verdict "connections that run meanwhile" "$failed" "$output"
printf 'no certificate' > "$RUN/gateway.pem"
sleep 4
synchronized=$(curl -s "http://127.0.0.1:$ADMIN/metrics" | sed -n 's/^stillgate_tls_synchronized\({[^}]*}\)\? //p' | sort | head -1)
if [ "${synchronized%.*}" = 0 ] && [ "$(serial)" = "$wanted" ]; then failed=0; else failed=1; fi
verdict "an invalid file keeps the last valid certificate" "$failed" "synchronized $synchronized"
swap_leaf first gateway

if [ "$SCAN" = yes ]; then
  scan() { # name, port
    say "testssl.sh on $1 (some minutes)"
    timeout "$SCAN_SECONDS" testssl --quiet --color 0 --warnings batch --nodns none --add-ca "$RUN/issuer.pem" --ip 127.0.0.1 \
      --connect-timeout 5 --openssl-timeout 5 --jsonfile "$RUN/$1.json" --logfile "$RUN/$1.log" "gateway.example:$2" > /dev/null 2>&1 || true
    [ -s "$RUN/$1.json" ] || { verdict "testssl.sh on $1" 1 "no output"; return; }
    python3 - "$RUN/$1.json" > "$RUN/$1.findings" << 'PY'
import json, sys
findings = json.load(open(sys.argv[1]))
order = ["WARN", "MEDIUM", "HIGH", "CRITICAL", "FATAL"]
# problems of the scanner itself: its openssl has no GOST (engine_problem); it cannot test NPN on a TLS 1.3 listener
worst = [f for f in findings if f["severity"] in order and f["id"] not in ("engine_problem", "NPN")]
grade = next((f["finding"] for f in findings if f["id"] == "overall_grade"), "none")
counts = {s: sum(f["severity"] == s for f in findings) for s in ["OK", "INFO", "LOW"] + order}
print(f"grade {grade}; " + ", ".join(f"{n} {s}" for s, n in counts.items() if n))
for f in sorted(worst, key=lambda f: -order.index(f["severity"])):
    print(f'{f["severity"]} {f["id"]}: {f["finding"][:160]}')
PY
    # an interrupted scan has a WARN finding or no grade
    if [ "$(wc -l < "$RUN/$1.findings")" = 1 ] && grep -q 'grade [A-Z]' "$RUN/$1.findings"; then failed=0; else failed=1; fi
    verdict "testssl.sh on $1" "$failed" "$(head -1 "$RUN/$1.findings")"
    sed -n '2,$s/^/    /p' "$RUN/$1.findings" >&2
  }
  scan usual "$PORT"
  scan newest "$NEWEST"
fi
[ "$FAILED" = 0 ] || die "a check failed"
say "passed"
