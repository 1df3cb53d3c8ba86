#!/usr/bin/env bash
# The official Node SDKs through the gateway: builds what is missing, starts the stub model and a gateway with both plugins
# on free ports, runs check.mjs, stops both. Exits with what the check exits with.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/stillgate-sdk.XXXXXX")
pids=()

stop() {
  local pid
  for pid in "${pids[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap stop EXIT

find_java() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/*; do
    [ -x "$home/bin/java" ] && [ -f "$home/release" ] || continue
    if [ "$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")" -ge 25 ]; then
      printf '%s\n' "$home/bin/java"
      return
    fi
  done
  echo "run.sh: no JDK 25 or newer found; install one and set JAVA_HOME to it" >&2
  return 1
}

# Waits until the output of a process says where it listens, and prints the port.
port_of() { # process, its output, what stands before the port
  local found
  for _ in $(seq 300); do
    found=$(sed -nE "s/.*$3([0-9]+).*/\\1/p" "$2" | head -n 1)
    if [ -n "$found" ]; then
      printf '%s\n' "$found"
      return
    fi
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  echo "run.sh: it did not start:" >&2
  cat "$2" >&2
  return 1
}

command -v node >/dev/null || { echo "run.sh: node is missing; install Node 20 or newer" >&2; exit 1; }
"$root/proxy/bin/stillgate" version >&2 # builds on first use
if [ ! -d "$here/node_modules/openai" ] || [ ! -d "$here/node_modules/@anthropic-ai/sdk" ] || [ ! -d "$here/node_modules/undici" ]; then
  (cd "$here" && npm install --no-audit --no-fund) >&2
fi

java=$(find_java)
"$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -cp "$root/load-tests/target/classes:$root/load-tests/target/lib/*" \
  dev.stillgate.loadtests.stub.StubModel --port 0 >"$work/stub.out" 2>&1 &
pids+=($!)
stub=http://127.0.0.1:$(port_of "${pids[0]}" "$work/stub.out" 'listening on http:\/\/127\.0\.0\.1:')

cat >"$work/stillgate.yaml" <<YAML
listeners:
  - {address: "127.0.0.1:0"}
admin: {address: "127.0.0.1:0"}
hashing: {h1: "a secret for this check only"}
accessLog: {path: access.log}
YAML
cat >"$work/policy.yaml" <<YAML
version: 1
upstreams:
  - {name: model, endpoints: ["$stub"]}
routes:
  - {path: /v1/, upstream: model, opaque: [/v1/models]}
filters:
  - name: regions
    type: geo-restriction
    config:
      oldAfter: off
      databases: {country: "$root/config/geo/GeoLite2-Country.mmdb", asn: "$root/config/geo/GeoLite2-ASN.mmdb"}
      deny: {countries: [KP, IR, SY, CU]}
  - name: limits
    type: token-bucket
    config:
      limits:
        - {name: requests, measure: requests, capacity: 100000, refill: 100000/1m}
YAML
"$root/proxy/bin/stillgate" run --config "$work/stillgate.yaml" --drain-seconds 1 >"$work/gateway.out" 2>&1 &
pids+=($!)
gateway=http://127.0.0.1:$(port_of "${pids[1]}" "$work/gateway.out" 'listening on \[\/127\.0\.0\.1:')

echo "run.sh: SDKs -> $gateway -> $stub" >&2
status=0
(cd "$here" && BASE_URL=$gateway STUB_URL=$stub node --test check.mjs) || status=$?
if [ "$status" != 0 ]; then
  echo "run.sh: what the gateway said:" >&2
  tail -n 20 "$work/gateway.out" "$work/access.log" >&2
fi
exit "$status"
