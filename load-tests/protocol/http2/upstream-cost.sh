# CPU per request of a gateway for each protocol to its upstream, an nginx with a constant response. Gateways run on core 0,
# nginx and h2load on core 1; rounds are interleaved, and the table gives medians. To be sourced by http2-upstream.sh.
# shellcheck shell=bash

for tool in nginx taskset; do command -v "$tool" > /dev/null || die "$tool is not installed"; done
# shellcheck source=load-tests/lib/measure.sh
. "$LOAD_TESTS/lib/measure.sh"
check_two_idle_cores

NGINX=$(free_port) NGINX_TLS=$(free_port)
mkdir -p "$RUN/nginx"
ANSWER='{"id":"msg_1","type":"message","role":"assistant","model":"stub-1","content":[{"type":"text","text":"The tide table and the pencil."}],"stop_reason":"end_turn","usage":{"input_tokens":300,"output_tokens":7}}'
cat > "$RUN/nginx/nginx.conf" <<EOF
daemon off;
pid $RUN/nginx/pid;
error_log $RUN/nginx/error.log;
worker_processes 1;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 100000000;
    keepalive_time 1h;
    client_body_temp_path $RUN/nginx/body;
    proxy_temp_path $RUN/nginx/proxy; fastcgi_temp_path $RUN/nginx/fastcgi; uwsgi_temp_path $RUN/nginx/uwsgi; scgi_temp_path $RUN/nginx/scgi;
    http2 on;
    server {
        listen 127.0.0.1:$NGINX;
        listen 127.0.0.1:$NGINX_TLS ssl;
        ssl_certificate $RUN/cert.pem;
        ssl_certificate_key $RUN/key.pem;
        location / { default_type application/json; return 200 '$ANSWER'; }
    }
}
EOF
start nginx taskset -c 1 nginx -p "$RUN/nginx" -c "$RUN/nginx/nginx.conf" -e "$RUN/nginx/error.log"
await_port nginx "$NGINX"
WAYS=(http1 h2c https h2)
start_front cost-http1 "http://127.0.0.1:$NGINX" http1
start_front cost-h2c "http://127.0.0.1:$NGINX" http2
start_front cost-https "https://127.0.0.1:$NGINX_TLS" http1 "$TRUST"
start_front cost-h2 "https://127.0.0.1:$NGINX_TLS" http2 "$TRUST"
for way in "${WAYS[@]}"; do taskset -a -c -p 0 "${FRONT_PID[cost-$way]}" > /dev/null; done

load() { # way, seconds -> output of h2load
  taskset -c 1 h2load --h1 -t 1 -c 64 -D "$2" -d "$RUN/small.json" -H 'content-type: application/json' -H 'accept: application/json' \
    -H 'user-agent: side-by-side/1.0' -H 'anthropic-version: 2023-06-01' -H 'x-api-key: sk-bench-0001-0123456789abcdef' \
    "http://127.0.0.1:${FRONT[cost-$1]}/v1/messages" 2>&1
}
measure() { # way: a line "us per request, requests/s" to $RUN/cost.WAY
  local before after output done
  before=$(cpu_ticks "${FRONT_PID[cost-$1]}")
  output=$(load "$1" "$SECONDS_EACH")
  after=$(cpu_ticks "${FRONT_PID[cost-$1]}")
  done=$(echo "$output" | sed -n 's/^requests:.* \([0-9]*\) succeeded.*/\1/p')
  echo "$output" | grep -q 'status codes: [0-9]* 2xx, 0 3xx, 0 4xx, 0 5xx' || die "$1: unsuccessful responses: $output"
  awk -v c=$((after - before)) -v t="$(getconf CLK_TCK)" -v n="$done" -v s="$SECONDS_EACH" \
    'BEGIN { printf "%.2f %.0f\n", c / t / n * 1e6, n / s }' >> "$RUN/cost.$1"
  say "$1: $(tail -1 "$RUN/cost.$1")"
}
for way in "${WAYS[@]}"; do say "warming up: $way"; load "$way" 20 > /dev/null; done # until most code is compiled
for _ in $(seq "$ROUNDS"); do for way in "${WAYS[@]}"; do measure "$way"; done; done
echo
echo "$ROUNDS rounds of $SECONDS_EACH s, medians; 64 HTTP/1.1 clients; $(nginx -v 2>&1 | sed 's/.*: //') is the upstream"
echo
echo "| upstream | us/request | requests/s | connections |"
echo "|---|--:|--:|--:|"
for way in "${WAYS[@]}"; do
  echo "| $way | $(median "$RUN/cost.$way" 1) | $(median "$RUN/cost.$way" 2) | $(metric "cost-$way" stillgate_upstream_connections_opened_total) |"
done
