#!/usr/bin/env bash
# Callers who leave in every phase of an exchange (waiting for a turn or a connection, sending, awaiting the head, streaming),
# half of them with FIN and half with RST: the model must hear of each within 100 ms. Exits 1 when it did not of one of them.
# usage: load-tests/gone.sh [--http2] [CALLERS]
# With --http2 the gateway speaks HTTP/2 in clear to an HAProxy, which asks the model for each stream on a connection of its
# own: a stream that is reset is a connection that closes, and HAProxy's time counts as the gateway's.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=load-tests/processes.sh
. "$HERE/processes.sh"

PROTOCOL=http1
[ "${1:-}" != --http2 ] || { PROTOCOL=http2; shift; }
CALLERS=${1:-10000}

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
  - {name: narrow, protocol: $PROTOCOL, endpoints: ["http://127.0.0.1:$ASKED"], idleConnections: 0, concurrency: {most: 1, queue: 1000, patience: 60s}}
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
say "$CALLERS callers leave, upstreams of $PROTOCOL; the machine's load is $(cut -d' ' -f1 /proc/loadavg) on $(nproc) processors"
(load_tests_java dev.stillgate.loadtests.gone.Gone "$PORT" "$ADMIN" "$MODEL" "$FULL" "$CALLERS" "$RUN/access.log") || die "goal missed"
say "all well"
