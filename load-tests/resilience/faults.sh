#!/usr/bin/env bash
# Measures what clients see while upstreams or their network fail.
# usage: load-tests/run faults [--rate R] [--seconds S] [FAULT...]
# Starts a gateway and two models, each in its own network namespace, and sends requests at a steady rate during one fault
# after the other. Prints a table and exits with 1 if a fault had more effect than Fault.java allows.
# Needs root and iproute2.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
# shellcheck source=load-tests/lib/measure.sh
. "$LOAD_TESTS/lib/measure.sh"
help_if_asked "$@"

RATE=100 SECONDS_EACH=8
while [ $# -gt 0 ]; do
  case $1 in
    --rate) RATE=${2:?--rate needs a value}; shift ;;
    --seconds) SECONDS_EACH=${2:?--seconds needs a value}; shift ;;
    -*) bad_usage ;;
    *) break ;;
  esac
  shift
done


for tool in ip tc ss curl; do command -v "$tool" > /dev/null || die "$tool is not installed"; done
[ "$(id -u)" = 0 ] || die "network namespaces need root"

NET=stillgate-$$ SUBNET=198.18.$((RANDOM % 250))
links() { # names on the gateway's side contain this process id
  local model at=1
  for model in a b; do
    ip netns add "$NET-$model"
    ip link add "sg$$$model" type veth peer name "sgp$$$model"
    ip link set "sgp$$$model" netns "$NET-$model" name eth0
    ip addr add "$SUBNET.$at/30" dev "sg$$$model"
    ip link set "sg$$$model" up
    ip netns exec "$NET-$model" ip addr add "$SUBNET.$((at + 1))/30" dev eth0
    ip netns exec "$NET-$model" ip link set eth0 up
    ip netns exec "$NET-$model" ip link set lo up
    # Moves the rule for local addresses back, so that a fault can insert a rule before it.
    ip netns exec "$NET-$model" ip rule add pref 100 lookup local
    ip netns exec "$NET-$model" ip rule del pref 0
    at=$((at + 4))
  done
}
unlink_all() {
  local file model
  for file in "$RUN"/*.pid; do [ ! -f "$file" ] || STARTED+=("$(cat "$file")"); done
  cleanup
  for model in a b; do
    ip link del "sg$$$model" 2>/dev/null || true
    ip netns del "$NET-$model" 2>/dev/null || true
  done
}
trap unlink_all EXIT

build
PORT=$(free_port) ADMIN=$(free_port)
export RUN NET SUBNET ADMIN LOAD_CLASSES
links
bash "$HERE/faults/net.sh" models on
echo "$SUBNET.2 model.test" > "$RUN/hosts"

policy() { # name, endpoints, more keys
  cat > "$RUN/$1.yaml" <<YAML
version: 1
upstreams:
  - name: model
    endpoints: [$2]
    timeouts: {connect: 1s, firstByte: 3s, idle: 3s}
    ejection: {failures: 3, time: 2s, longest: 4s}
    health: {path: /stub/stats, interval: 500ms, timeout: 500ms, unhealthyAfter: 2, healthyAfter: 2}
    slowStart: 1s
    resolveEvery: 1s
    $3
routes:
  - {path: /v1/, upstream: model}
YAML
}
A="\"http://$SUBNET.2:9000\"" B="\"http://$SUBNET.6:9000\""
policy one "$A" 'concurrency: {most: 400, queue: 100, queueTimeout: 1s}'
policy two "$A, $B" 'concurrency: {most: 400, queue: 100, queueTimeout: 1s}'
policy narrow "$A" 'concurrency: {most: 50, queue: 20, queueTimeout: 1s}'
policy named '"http://model.test:9000"' ''
cp "$RUN/two.yaml" "$RUN/policy.yaml"
cat > "$RUN/stillgate.yaml" <<YAML
listeners: [{address: "127.0.0.1:$PORT"}]
admin: {address: "127.0.0.1:$ADMIN"}
policy: policy.yaml
watch: false
hashing: {h1: "load test, no secret"}
YAML
export STILLGATE_JAVA_OPTS="-Djdk.net.hosts.file=$RUN/hosts -Dsun.net.inetaddr.ttl=0"
start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"
say "$RATE requests per second, $SECONDS_EACH s of each fault; $(machine_load)"
(load_tests_java dev.stillgate.loadtests.faults.FaultRun "$PORT" "$HERE/faults/net.sh" "$RATE" "$SECONDS_EACH" "$@") \
  || die "a fault had more effect than allowed: $(tail -3 "$RUN/net.out" 2>/dev/null)"
say "passed"
