#!/usr/bin/env bash
# Sends the JSON Parsing Test Suite through a gateway; invalid JSON must not reach the upstream.
# usage: load-tests/run bad-json
# Each case is sent on the path of every dialect, alone and as a field of a valid prompt. Needs Node 20.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"

build
install_node_packages "$HERE/json" --no-package-lock
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
