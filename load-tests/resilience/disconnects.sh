#!/usr/bin/env bash
# Disconnects clients in every phase of an exchange; the model must notice within 100 ms.
# usage: load-tests/run disconnects [--http2] [CLIENTS]
# The phases are: waiting for the concurrency limit or a connection, sending, waiting for the response head, streaming. Half of
# the clients disconnect with FIN and half with RST. Exits with 1 if the model was late or did not notice once. --http2 puts an
# HAProxy between gateway and model: the gateway speaks HTTP/2 in clear to it, and it opens one connection to the model for
# each stream. A stream reset then closes that connection, and the time HAProxy takes counts as the gateway's.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
# shellcheck source=load-tests/lib/measure.sh
. "$LOAD_TESTS/lib/measure.sh"
help_if_asked "$@"

PROTOCOL=http1
[ "${1:-}" != --http2 ] || { PROTOCOL=http2; shift; }
CLIENTS=${1:-10000}

build
PORT=$(free_port) ADMIN=$(free_port) MODEL=$(free_port) FULL=$(free_port) ASKED=$MODEL
if [ "$PROTOCOL" = http2 ]; then
  command -v haproxy > /dev/null || die "haproxy is not installed"
  ASKED=$(free_port)
  cat > "$RUN/haproxy.cfg" <<CFG
global
    nbthread 1
    maxconn 4096
defaults
    mode http
    option http-no-delay
    option abortonclose
    http-reuse never
    timeout connect 2s
    timeout client 300s
    timeout server 300s
listen model
    bind 127.0.0.1:$ASKED proto h2
    server stub 127.0.0.1:$MODEL
CFG
  start haproxy haproxy -db -f "$RUN/haproxy.cfg"
  await_port haproxy "$ASKED"
fi
cat > "$RUN/policy.yaml" <<YAML
version: 1
upstreams:
  - {name: model, protocol: $PROTOCOL, endpoints: ["http://127.0.0.1:$ASKED"], idleConnections: 0}
  - {name: narrow, protocol: $PROTOCOL, endpoints: ["http://127.0.0.1:$ASKED"], idleConnections: 0, concurrency: {most: 1, queue: 1000, queueTimeout: 60s}}
  - {name: full, endpoints: ["http://127.0.0.1:$FULL"], timeouts: {connect: 60s}}
routes:
  - {path: /v1/, upstream: model, opaque: [/v1/blobs/]}
  - {path: /v1/responses, upstream: narrow}
  - {path: /v1/chat/completions, upstream: full}
YAML
cat > "$RUN/stillgate.yaml" <<YAML
listeners: [{address: "127.0.0.1:$PORT"}]
admin: {address: "127.0.0.1:$ADMIN"}
policy: policy.yaml
hashing: {h1: "load test, no secret"}
accessLog: {path: access.log}
YAML
start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"
say "$CLIENTS clients disconnect, upstream protocol $PROTOCOL; $(machine_load)"
(load_tests_java dev.stillgate.loadtests.disconnect.DisconnectRun "$PORT" "$ADMIN" "$MODEL" "$FULL" "$CLIENTS" "$RUN/access.log") || die "goal missed"
say "passed"
