# Requests to send over every protocol, and a normal form of responses for comparison. To be sourced after processes.sh.
# shellcheck shell=bash

declare -A PATHS BODIES FIELDS
case_of() { # name, path, body file or "", x-stub
  PATHS[$1]=$2 BODIES[$1]=$3 FIELDS[$1]=$4
  CASES+=("$1")
}
CASES=()
prompt() { # bytes of text, more JSON
  printf '{"model":"stub-1","max_tokens":100000%s,"messages":[{"role":"user","content":"' "$2"
  head -c "$1" < /dev/zero | tr '\0' 'x'
  printf '"}]}'
}
prompt 200 "" > "$RUN/small.json"
prompt 200 ',"stream":true' > "$RUN/stream.json"
prompt 1000000 "" > "$RUN/medium.json"
prompt 4000000 "" > "$RUN/large.json"
echo '{"model":' > "$RUN/bad.json"
case_of answer /v1/messages small.json ""
case_of stream /v1/messages stream.json events=100,pace=2
case_of burst /v1/messages stream.json events=3000
case_of large-answer /v1/messages small.json size=2000000
case_of large-upload /v1/messages/count_tokens large.json ""
case_of list /v1/models "" ""
case_of upstream-error /v1/messages small.json status=529
case_of rate-limited /v1/messages small.json status=429,retry-after=7
case_of cut-stream /v1/messages stream.json events=50,cut=20
case_of not-json /v1/messages bad.json ""
case_of nowhere /nowhere "" ""

STRIP_IDS='s/0[0-9]{7}/########/g; s/"request_id":"[^"]*"/"request_id":"-"/'
# Prints a response in a comparable form: status, the header fields that programs use, and the content. Ids are masked: the
# stub's count up, the gateway's are random.
write_down() { # status, file of header fields, file of content
  echo "status $1"
  tr -d '\r' < "$2" | tr 'A-Z' 'a-z' | grep -E '^(content-type|retry-after|request-id):' | sort \
    | sed -E 's/req_[0-9a-f]{24}/-/' || true
  echo
  sed -E "$STRIP_IDS" "$3"
}

ask_curl() { # case, url, curl arguments...
  local name=$1 url=$2 code version
  shift 2
  [ -z "${BODIES[$name]}" ] || set -- "$@" --data-binary "@$RUN/${BODIES[$name]}"
  [ -z "${FIELDS[$name]}" ] || set -- "$@" -H "x-stub: ${FIELDS[$name]}"
  read -r code version < <(curl -sN -m 30 --cacert "$RUN/cert.pem" -H 'x-api-key: sk-http2' -H 'content-type: application/json' \
    -H 'expect:' -o "$RUN/content" -D "$RUN/fields" -w '%{http_code} %{http_version}\n' "$@" "$url${PATHS[$name]}" || true)
  : >> "$RUN/content"
  write_down "$code" "$RUN/fields" "$RUN/content"
  VERSION=$version
}
