# Certificates for the load tests that use TLS, made in $RUN and valid for 90 days. To be sourced after processes.sh; needs
# openssl.
# shellcheck shell=bash

make_authority() { # name -> $RUN/NAME.pem, NAME.key
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj "/O=Stillgate load tests/CN=$1" \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout "$RUN/$1.key" -out "$RUN/$1.pem" 2> /dev/null
}

# Issues a leaf certificate. It names a revocation list, which does not exist, since scanners look for one.
make_leaf() { # authority, name, ec|rsa, purpose, subjectAltName -> $RUN/NAME.pem (with the chain), NAME.key
  local algorithm=(ec -pkeyopt ec_paramgen_curve:P-256)
  [ "$3" = ec ] || algorithm=(rsa:2048)
  openssl req -newkey "${algorithm[@]}" -nodes -subj "/O=Stillgate load tests/CN=$2" -keyout "$RUN/$2.key" -out "$RUN/$2.csr" 2> /dev/null
  printf '%s\n' 'basicConstraints=critical,CA:FALSE' 'keyUsage=critical,digitalSignature' "extendedKeyUsage=$4" \
    "subjectAltName=$5" 'crlDistributionPoints=URI:http://127.0.0.1:9/none.crl' > "$RUN/$2.ext"
  openssl x509 -req -in "$RUN/$2.csr" -CA "$RUN/$1.pem" -CAkey "$RUN/$1.key" -CAcreateserial -days 90 -sha256 \
    -extfile "$RUN/$2.ext" -out "$RUN/$2.leaf" 2> /dev/null
  cat "$RUN/$2.leaf" "$RUN/$1.pem" > "$RUN/$2.pem"
  rm "$RUN/$2.csr" "$RUN/$2.ext"
}

# Replaces a certificate and its key, each atomically.
swap_leaf() { # from, to
  local part
  for part in key pem; do
    cp "$RUN/$1.$part" "$RUN/$2.$part.next"
    mv "$RUN/$2.$part.next" "$RUN/$2.$part"
  done
}
