#!/usr/bin/env bash
# Compares CPU, latency and memory of Stillgate, nginx and HAProxy, each pinned to one core.
#
# Every gateway is pinned to core 0, the stub model and wrk to core 1. Rounds are interleaved (A B C, A B C, ...) after the
# same warm-up for each, and the table gives medians. CPU is user + system time of the gateway's whole process tree.
# The configurations of nginx and HAProxy are in bench/compare. Needs nginx with geoip2 (and lua and cjson for nginx+lua), haproxy,
# wrk, taskset, curl.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: load-tests/run compare [--rounds N] [--seconds S] [--only a,b,...] [--quick] [--events N] [--pace MS]
                             [--accounts N] [--policy requests,tokens,...] [--sparse STREAMS:MS,...]
  --rounds N    measured rounds of each gateway, default 5
  --seconds S   length of one measurement, default 8
  --only LIST   of direct,nginx,nginx+lua,haproxy,stillgate,earlier. "nginx+lua" does the work of the policy "tokens": it
                parses the body, limits tokens by account and logs usage. "earlier" is another build of Stillgate with the
                same policies, measured in the same rounds and compared by pairs; EARLIER_CMD names it, as in /tmp/dist/bin/stillgate run
  --quick       2 rounds of 3 seconds and a short warm-up: a smoke test, no figures to quote
  --events N    events of one stream, default 200
  --pace MS     time between the events of one stream, default 2
  --accounts N  number of sending accounts, default 1,000. The fingerprint filter reads only a part of an account that sends
                much for long; of 30,000 accounts it reads everything.
  --sparse LIST measures only streams that stay open: STREAMS at once, each with an event every MS milliseconds, such as
                2000:1000,1000:100
  --policy LIST policies of Stillgate, one gateway for each: none (no filter), requests (regions and one limit, as nginx and
                HAProxy; the default), tokens (four limits: requests, input, output, output of a day), prints (tokens and
                the fingerprint filter), all (the canary filter too, every filter enforcing), marked (all, and every answer
                is marked)
STILLGATE_CMD   command that gets "--config FILE", default "proxy/bin/stillgate run"
TEXT
}

ROUNDS=5 SECONDS_EACH=8 ONLY=direct,nginx,haproxy,stillgate WARM_REQUESTS=500000 WARM_EVENTS=100000 EVENTS=200 PACE=2 POLICY=requests ACCOUNTS=1000 SPARSE=""
CONNECTIONS=64
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) ROUNDS=$2; shift ;;
    --seconds) SECONDS_EACH=$2; shift ;;
    --only) ONLY=$2; shift ;;
    --events) EVENTS=$2; shift ;;
    --pace) PACE=$2; shift ;;
    --accounts) ACCOUNTS=$2; shift ;;
    --policy) POLICY=$2; shift ;;
    --sparse) SPARSE=$2; shift ;;
    --quick) ROUNDS=2 SECONDS_EACH=3 WARM_REQUESTS=20000 WARM_EVENTS=20000 ;;
    -h|--help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

for policy in ${POLICY//,/ }; do
  case $policy in none|requests|tokens|prints|all|marked) ;; *) usage >&2; exit 2 ;; esac
done

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
# shellcheck source=load-tests/lib/measure.sh
. "$LOAD_TESTS/lib/measure.sh"
mkdir "$RUN/log"
chmod -R 755 "$RUN"
TICKS=$(getconf CLK_TCK)
declare -A PID PORT

fill() { # template, port -> file in $RUN
  sed -e "s|@RUN@|$RUN|g" -e "s|@STUB@|${PORT[stub]}|g" -e "s|@PORT@|$2|g" -e "s|@MODULES@|$MODULES|g" \
    -e "s|@MAXCONN@|$(haproxy_connections 20000)|g" -e "s|@ADMIN@|${ADMIN:-0}|g" -e "s|@POLICY@|${3:-}|g" \
    -e "s|@NAME@|${3:-}|g" -e "s|@HERE@|$HERE|g" "$HERE/compare/$1" > "$RUN/${3:+$3-}$1"
}

# Prints the filters of a policy: the parts of a file whose first line names the policy.
filters() { # policy, file
  awk -v policy="$1" '/^# (requests|tokens|prints|all|marked)/ { on = (" " substr($0, 3) " ") ~ " " policy " " } on && !/^#/' "$2"
}

start_on_core() { # name, core, command...
  local name=$1 core=$2
  shift 2
  start "$name" taskset -c "$core" "$@"
  PID[$name]=${STARTED[-1]}
}

probe() { # port, address -> status
  curl -s -o /dev/null -w '%{http_code}' -m 5 -H 'x-api-key: sk-probe' -H "x-forwarded-for: $2" -H 'anthropic-version: 2023-06-01' \
    -H 'content-type: application/json' -d '{"model":"stub-1","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}' \
    "http://127.0.0.1:$1/v1/messages" || true
}

await() { # name
  for _ in $(seq 150); do
    [ "$(probe "${PORT[$1]}" 3.3.3.3)" = 200 ] && return 0
    kill -0 "${PID[$1]}" 2>/dev/null || return 1
    sleep 0.2
  done
  return 1
}

start_model() {
  start_stub -Xmx512m -XX:+UseSerialGC
  PID[stub]=${STARTED[-1]} PORT[stub]=$STUB_PORT
  taskset -a -c -p 1 "${PID[stub]}" > /dev/null
}

start_nginx() { # name
  start_on_core "$1" 0 nginx -p "$RUN" -c "$RUN/$1-nginx.conf" -e "$RUN/$1-error.log"
}

start_compared() { # name -> 1 if it cannot run
  PORT[$1]=$(free_port)
  case $1 in
    direct) PORT[direct]=${PORT[stub]}; PID[direct]=${PID[stub]}; return 0 ;;
    nginx)
      command -v nginx > /dev/null || { say "nginx is not installed: skipped"; return 1; }
      fill nginx.conf "${PORT[nginx]}" nginx
      start_nginx nginx ;;
    nginx+lua)
      [ -f "$MODULES/ngx_http_lua_module.so" ] || { say "nginx's Lua module is not installed: skipped"; return 1; }
      fill nginx.conf "${PORT[nginx+lua]}" nginx+lua
      sed -i 's|#lua ||' "$RUN/nginx+lua-nginx.conf"
      start_nginx nginx+lua ;;
    haproxy)
      command -v haproxy > /dev/null || { say "haproxy is not installed: skipped"; return 1; }
      fill haproxy.cfg "${PORT[haproxy]}"
      start_on_core haproxy 0 haproxy -db -f "$RUN/haproxy.cfg" ;;
    stillgate-*|earlier-*)
      local policy=${1#*-} command=${STILLGATE_CMD:-$ROOT/proxy/bin/stillgate run}
      [ "${1%%-*}" = stillgate ] || command=${EARLIER_CMD:?is not set}
      command -v "${command%% *}" > /dev/null || { say "${command%% *} not found: stillgate skipped"; return 1; }
      ADMIN=$(free_port)
      fill stillgate.yaml "${PORT[$1]}" "$1"
      [ "$policy" != marked ] || echo "state: {directory: \"$RUN/state-$1\"}" >> "$RUN/$1-stillgate.yaml" # for the ledger
      sed -e "s|@RUN@|$RUN|g" -e "s|@STUB@|${PORT[stub]}|g" "$HERE/compare/policy.yaml" > "$RUN/$1-policy.yaml"
      filters "$policy" "$HERE/compare/filters.yaml" | sed "s|@RUN@|$RUN|g" >> "$RUN/$1-policy.yaml"
      # shellcheck disable=SC2086
      start_on_core "$1" 0 $command --config "$RUN/$1-stillgate.yaml" ;;
    *) die "unknown gateway: $1" ;;
  esac
  await "$1" || die "$1 did not respond: $(tail -n 5 "$RUN/$1.err" "$RUN/$1.out")"
  # HAProxy has no country lookup. The others must refuse a denied country, or their cost would not be comparable.
  if [ "$1" != haproxy ] && [ "${1#*-}" != none ] && [ "$(probe "${PORT[$1]}" 175.45.176.1)" != 403 ]; then
    die "$1 let an address of a denied country through: the figures would not be comparable"
  fi
  streams_singly "${PORT[$1]}" || die "$1 buffers events: the figures would not be comparable"
}

# Checks that each event arrives on its own: a gateway that buffers events is cheaper, but useless for streams.
streams_singly() { # port
  local line now last=0 alone=0
  while read -r line; do
    case $line in event:*) ;; *) continue ;; esac
    now=${EPOCHREALTIME/[^0-9]/}
    [ $((now - last)) -lt 20000 ] || alone=$((alone + 1))
    last=$now
  done < <(curl -sN -m 10 -H 'x-api-key: sk-probe' -H 'x-forwarded-for: 3.3.3.3' -H 'x-stub: events=20,pace=50' \
    -H 'content-type: application/json' -H 'anthropic-version: 2023-06-01' \
    -d '{"model":"stub-1","max_tokens":999,"stream":true,"messages":[{"role":"user","content":"hi"}]}' \
    "http://127.0.0.1:$1/v1/messages")
  [ "$alone" -ge 20 ]
}

threads() { # root pid -> "ticks name" of each thread of the tree, without the number in its name
  local pid
  for pid in $(tree "$1"); do
    sed -n 's/^[0-9]* (\(.*\)) \(.*\)/\1|\2/p' /proc/"$pid"/task/*/stat 2>/dev/null
  done | awk -F'|' '{ split($2, field, " "); gsub(/[-# 0-9]+$/, "", $1); gsub(/ /, "-", $1); print field[12] + field[13], $1 }'
}

rss() { # root pid -> kB of the tree
  local pid sum=0 kb
  for pid in $(tree "$1"); do
    kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null) || continue
    sum=$((sum + ${kb:-0}))
  done
  echo "$sum"
}

stub_events() { curl -s "http://127.0.0.1:${PORT[stub]}/stub/stats" | sed 's/.*"events":\([0-9]*\).*/\1/'; }

load() { # name, seconds, lua arguments... -> RESULT line
  local name=$1 seconds=$2
  shift 2
  taskset -c 1 wrk -t1 -c"$CONNECTIONS" -d"${seconds}s" --timeout 30s -s "$HERE/compare/load.lua" \
    "http://127.0.0.1:${PORT[$name]}" -- "$ACCOUNTS" "$@" | sed -n 's/^RESULT //p'
}

# Lines of $RUN/json.NAME: us per request, requests/s, p50 ms, p99 ms, core share; of $RUN/sse.NAME: us per event, events/s.
measure() { # name, json|sse
  local name=$1 kind=$2 before after events=0 result
  [ "$kind" = json ] || events=$(stub_events)
  [ "$kind" = sse ] || threads "${PID[$name]}" > "$RUN/threads.before"
  before=$(cpu_ticks "${PID[$name]}")
  if [ "$kind" = json ]; then
    result=$(load "$name" "$SECONDS_EACH" json)
  else
    result=$(load "$name" "$SECONDS_EACH" sse "$EVENTS" "$PACE")
  fi
  after=$(cpu_ticks "${PID[$name]}")
  # shellcheck disable=SC2086
  set -- $result
  [ "$5" = 0 ] && [ "$6" = 0 ] || die "$name: $5 unsuccessful responses, $6 broken connections"
  if [ "$kind" = json ]; then
    awk -v c=$((after - before)) -v t="$TICKS" -v n="$1" -v us="$2" -v p50="$3" -v p99="$4" \
      'BEGIN { printf "%.2f %.0f %.2f %.2f %.2f\n", c / t / n * 1e6, n / us * 1e6, p50 / 1000, p99 / 1000, c / t / us * 1e6 }' \
      >> "$RUN/json.$name"
    awk -v t="$TICKS" -v n="$1" 'NR == FNR { was[$2] += $1; next } { is[$2] += $1 }
      END { for (k in is) if (is[k] > was[k]) printf "%.2f %s\n", (is[k] - was[k]) / t / n * 1e6, k }' \
      "$RUN/threads.before" <(threads "${PID[$name]}") >> "$RUN/threads.$name"
  else
    events=$(($(stub_events) - events))
    awk -v c=$((after - before)) -v t="$TICKS" -v n="$events" -v us="$2" \
      'BEGIN { printf "%.2f %.0f %.2f\n", c / t / n * 1e6, n / us * 1e6, c / t / us * 1e6 }' >> "$RUN/sse.$name"
  fi
  say "$name $kind: $(tail -1 "$RUN/$kind.$name")"
}

# Lines of $RUN/sparse-STREAMS-MS.NAME: us per event, events/s, core share. Measured while no stream begins or ends.
measure_sparse() { # name, streams, ms
  local name=$1 streams=$2 pace=$3 opening before after from events began wrk
  opening=$((5 + streams / 500))
  taskset -c 1 wrk -t1 -c"$streams" -d$((opening + SECONDS_EACH + 5))s --timeout 300s -s "$HERE/compare/load.lua" \
    "http://127.0.0.1:${PORT[$name]}" -- "$ACCOUNTS" sse $(((opening + SECONDS_EACH + 15) * 1000 / pace)) "$pace" > /dev/null &
  wrk=$!
  sleep "$opening"
  from=$(stub_events) before=$(cpu_ticks "${PID[$name]}") began=$EPOCHREALTIME
  sleep "$SECONDS_EACH"
  after=$(cpu_ticks "${PID[$name]}")
  events=$(($(stub_events) - from))
  awk -v c=$((after - before)) -v t="$TICKS" -v n="$events" -v s="$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')" \
    'BEGIN { printf "%.1f %.0f %.3f\n", c / t / n * 1e6, n / s, c / t / s }' >> "$RUN/sparse-$streams-$pace.$name"
  say "$name, $streams streams, an event every $pace ms: $(tail -1 "$RUN/sparse-$streams-$pace.$name")"
  wait "$wrk"
  sleep 2 # the closed connections
}

sparse_table() {
  local name load file nginx
  echo
  echo "| streams that stay open | CPU us/event | to nginx | events/s | core used | RSS MB |"
  echo "|---|--:|--:|--:|--:|--:|"
  for load in ${SPARSE//,/ }; do
    nginx=$(median "$RUN/sparse-${load/:/-}.nginx" 1)
    for name in "${RUNNING[@]}"; do
      file=$RUN/sparse-${load/:/-}.$name
      echo "| $name, ${load%:*} with an event every ${load#*:} ms | $(median "$file" 1) | $(ratio "$(median "$file" 1)" "$nginx")" \
        "| $(median "$file" 2) | $(median "$file" 3) | $(($(rss "${PID[$name]}") / 1024)) |"
    done
  done
}

# Sends both kinds of load twice: code that was compiled for one kind alone is compiled again when the other begins.
warm() { # name
  local turn seen result from
  for turn in 1 2; do
    seen=0
    while [ "$seen" -lt $((WARM_REQUESTS / 2)) ]; do
      result=$(load "$1" 3 json)
      seen=$((seen + ${result%% *}))
    done
    from=$(stub_events)
    while [ $(($(stub_events) - from)) -lt $((WARM_EVENTS / 2)) ]; do load "$1" 3 sse "$EVENTS" "$PACE" > /dev/null; done
    say "$1 is warm: turn $turn of 2"
  done
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a > 0 && b > 0) printf "%.2f", a / b; else printf "-" }'; }

# CPU of this build divided by that of the earlier build in the same round. The interval of the median is that of order
# statistics (Conover, Practical Nonparametric Statistics, section 3.2), so it assumes no distribution.
paired() {
  local policy kind
  [[ ,$ONLY, = *,stillgate,* && ,$ONLY, = *,earlier,* ]] || return 0
  printf '\n| to the earlier build, by pairs | median | 95 %% interval of the median | pairs |\n|---|--:|--:|--:|\n'
  for policy in ${POLICY//,/ }; do
    for kind in json sse; do
      paste -d' ' <(cut -d' ' -f1 "$RUN/$kind.stillgate-$policy") <(cut -d' ' -f1 "$RUN/$kind.earlier-$policy") \
        | awk '{ printf "%.4f\n", $1 / $2 }' | sort -g \
        | awk -v name="$policy, $kind" '{ r[NR] = $1 } function up(x) { return x > int(x) ? int(x) + 1 : int(x) }
          END { low = up(NR / 2 - 0.98 * sqrt(NR)); high = up(NR / 2 + 0.98 * sqrt(NR))
            middle = NR % 2 ? r[(NR + 1) / 2] : (r[NR / 2] + r[NR / 2 + 1]) / 2
            bounds = (low < 1 || high > NR) ? "too few pairs" : sprintf("%.3f to %.3f", r[low], r[high])
            printf "| %s | %.3f | %s | %d |\n", name, middle, bounds, NR }'
    done
  done
}

table() {
  local name json nginx haproxy
  echo
  echo "$(nginx -v 2>&1 | sed 's/.*: //'), $(haproxy -v | sed -n '1s/HAProxy version \([^ ]*\).*/HAProxy \1/p'), $(uname -sr)," \
    "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1); $ROUNDS rounds of $SECONDS_EACH s, medians; $CONNECTIONS connections," \
    "$ACCOUNTS accounts, prompts of 1.2 kB; streams of $EVENTS events, one every $PACE ms."
  echo
  nginx=$(median "$RUN/json.nginx" 1) haproxy=$(median "$RUN/json.haproxy" 1)
  echo "| JSON | CPU us/request | to nginx | to HAProxy | requests/s | p50 ms | p99 ms | core used | RSS MB |"
  echo "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
  for name in "${RUNNING[@]}"; do
    json=$RUN/json.$name
    if [ "$name" = direct ]; then
      echo "| no gateway | - | - | - | $(median "$json" 2) | $(median "$json" 3) | $(median "$json" 4) | - | - |"
      continue
    fi
    echo "| $name | $(median "$json" 1) | $(ratio "$(median "$json" 1)" "$nginx") | $(ratio "$(median "$json" 1)" "$haproxy")" \
      "| $(median "$json" 2) | $(median "$json" 3) | $(median "$json" 4) | $(median "$json" 5) | $(($(rss "${PID[$name]}") / 1024)) |"
  done
  nginx=$(median "$RUN/sse.nginx" 1) haproxy=$(median "$RUN/sse.haproxy" 1)
  echo
  echo "| Streams | CPU us/event | to nginx | to HAProxy | events/s | core used |"
  echo "|---|--:|--:|--:|--:|--:|"
  for name in "${RUNNING[@]}"; do
    [ "$name" != direct ] || continue
    json=$RUN/sse.$name
    echo "| $name | $(median "$json" 1) | $(ratio "$(median "$json" 1)" "$nginx") | $(ratio "$(median "$json" 1)" "$haproxy")" \
      "| $(median "$json" 2) | $(median "$json" 3) |"
  done
  paired
  echo
  for name in "${RUNNING[@]}"; do
    [[ $name = *-* ]] || continue
    echo "$name, CPU us/request of JSON by thread, mean of all rounds:" \
      "$(awk -v rounds="$ROUNDS" '{ us[$2] += $1 } END { for (k in us) printf "%.1f %s\n", us[k] / rounds, k }' "$RUN/threads.$name" \
        | sort -gr | awk '$1 >= 0.1' | paste -sd, | sed 's/,/, /g')"
  done
  for name in "${RUNNING[@]}"; do
    [ "$name" = direct ] || [ -s "$RUN/log/$name.log" ] || say "warning: $name wrote no access log"
  done
}

check_two_idle_cores
for tool in wrk taskset curl; do command -v "$tool" > /dev/null || die "$tool is not installed"; done
MODULES=$(nginx -V 2>&1 | sed -n 's/.*--modules-path=\([^ ]*\).*/\1/p')
build
cp "$ROOT/config/geo/GeoLite2-Country.mmdb" "$RUN/"
chmod -R a+rX "$RUN"
start_model
RUNNING=()
for gateway in ${ONLY//,/ }; do
  if [ "$gateway" = stillgate ] || [ "$gateway" = earlier ]; then
    for policy in ${POLICY//,/ }; do start_compared "$gateway-$policy" && RUNNING+=("$gateway-$policy"); done
  else
    start_compared "$gateway" && RUNNING+=("$gateway")
  fi
done
[ ${#RUNNING[@]} -gt 0 ] || die "nothing to measure"
for gateway in "${RUNNING[@]}"; do
  say "warming up $gateway"
  warm "$gateway"
done
if [ -n "$SPARSE" ]; then
  for round in $(seq "$ROUNDS"); do
    for load in ${SPARSE//,/ }; do
      for gateway in "${RUNNING[@]}"; do measure_sparse "$gateway" "${load%:*}" "${load#*:}"; done
    done
  done
  sparse_table
  exit
fi
for round in $(seq "$ROUNDS"); do
  say "round $round of $ROUNDS"
  for gateway in "${RUNNING[@]}"; do measure "$gateway" json; done
  for gateway in "${RUNNING[@]}"; do [ "$gateway" = direct ] || measure "$gateway" sse; done
done
table
