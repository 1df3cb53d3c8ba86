#!/usr/bin/env bash
# Applies faults to the two models of faults.sh, each in its own network namespace behind its own link.
#   net.sh policy NAME      applies a policy
#   net.sh FAULT on|off     starts or ends a fault
#   net.sh FAULT check      fails if an expected effect that clients cannot see is missing
# Needs RUN, NET, SUBNET, ADMIN, JAVA_HOME and LOAD_CLASSES of faults.sh.
set -euo pipefail

address() { [ "$1" = a ] && echo "$SUBNET.2" || echo "$SUBNET.6"; }
inside() { ip netns exec "$NET-$1" "${@:2}"; }
counted() { curl -s -m 2 "http://$(address "$1"):9000/stub/stats" | sed -n 's/^{"requests":\([0-9]*\).*/\1/p'; }

begin_model() { # a or b
  # Not through "inside", so that the process is the model itself.
  ip netns exec "$NET-$1" "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx128m --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow -cp "$LOAD_CLASSES" dev.stillgate.loadtests.stub.StubModel \
    --host "$(address "$1")" --port 9000 > "$RUN/model-$1.out" 2> "$RUN/model-$1.err" < /dev/null &
  echo "$!" > "$RUN/model-$1.pid"
  for _ in $(seq 600); do
    kill -0 "$(cat "$RUN/model-$1.pid")" || break
    (exec 3<>"/dev/tcp/$(address "$1")/9000") 2>/dev/null && return
    sleep 0.1
  done
  echo "model $1 did not start" >&2
  exit 1
}
end_model() {
  local pid
  pid=$(cat "$RUN/model-$1.pid")
  kill -KILL "$pid"
  rm "$RUN/model-$1.pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
}

# Silently drops all packets to a model.
blackhole() { inside "$1" ip rule add pref 1 iif eth0 blackhole; }
unblackhole() { inside "$1" ip rule del pref 1; }

# Limits the bit rate of a model's responses; packets that would wait for more than 400 ms are dropped.
throttle() { inside "$1" tc qdisc add dev eth0 root tbf rate "$2" burst 4kb latency 400ms; }
unthrottle() { inside "$1" tc qdisc del dev eth0 root; }

# Resets all connections of both models once a second.
resets() {
  while sleep 1; do
    for model in a b; do inside "$model" ss -K -t state established sport = :9000; done
  done
}

names() { echo "$(address "$1") model.test" > "$RUN/hosts.new"; mv "$RUN/hosts.new" "$RUN/hosts"; }

case $1-${2:-} in
  policy-*)
    cp "$RUN/$2.yaml" "$RUN/policy.new"
    mv "$RUN/policy.new" "$RUN/policy.yaml"
    curl -s -f -m 10 -X POST "http://127.0.0.1:$ADMIN/reload" ;;
  models-on) begin_model a; begin_model b ;;
  one-dead-on) end_model a ;;
  one-dead-off) begin_model a; counted a > "$RUN/counted" ;;
  one-dead-check) sleep 3; [ "$(counted a)" -gt $(($(cat "$RUN/counted") + 20)) ] || { echo "the restarted model gets no requests" >&2; exit 1; } ;;
  one-blackholed-on|blackholed-on) blackhole a ;;
  one-blackholed-off|blackholed-off) unblackhole a ;;
  one-throttled-on) throttle a 32kbit ;;
  throttled-on) throttle a 256kbit ;;
  one-throttled-off|throttled-off) unthrottle a ;;
  reset-on) resets > /dev/null 2>&1 < /dev/null & echo "$!" > "$RUN/resets.pid" ;;
  reset-off) kill "$(cat "$RUN/resets.pid")"; rm "$RUN/resets.pid" ;;
  restarted-on) end_model a ;;
  restarted-off) begin_model a ;;
  slow-off|slow-on) ;;
  dns-change-on) counted b > "$RUN/counted"; names b; sleep 3; end_model a ;;
  dns-change-off) begin_model a; names a ;;
  dns-change-check) [ "$(counted b)" -gt $(($(cat "$RUN/counted") + 100)) ] || { echo "the model at the new address got no requests" >&2; exit 1; } ;;
  *-check) ;;
  *) echo "unknown: $*" >&2; exit 2 ;;
esac
