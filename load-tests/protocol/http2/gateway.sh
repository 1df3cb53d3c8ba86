# A gateway in front of the stub model that serves HTTP/2 in clear and over TLS. To be sourced after processes.sh.
# shellcheck shell=bash

# Makes a self-signed certificate.
make_certificate() { # -> $RUN/cert.pem, $RUN/key.pem
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$RUN/key.pem" -out "$RUN/cert.pem" 2> "$RUN/openssl.err" \
    || die "no certificate: $(cat "$RUN/openssl.err")"
}

start_http2_gateway() { # -> PORT TLS ADMIN
  PORT=$(free_port) TLS=$(free_port) ADMIN=$(free_port)
  make_certificate
  sed "s/@PORT@/$PORT/; s/@TLS@/$TLS/; s/@ADMIN@/$ADMIN/" "$HERE/http2/stillgate.yaml" > "$RUN/stillgate.yaml"
  sed "s|@STUB@|$STUB_PORT|; s|@CONFIG@|$ROOT/config|" "$HERE/http2/policy.yaml" > "$RUN/policy.yaml"
  start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"
}

await_logged() { # protocol, number of requests -> prints how many were logged, after at most 15 s
  local logged=0
  for _ in $(seq 60); do
    logged=$(grep -c "\"protocol\":\"$1\"" "$RUN/access.log" || true)
    [ "$logged" -lt "$2" ] || break
    sleep 0.25
  done
  echo "$logged"
}
