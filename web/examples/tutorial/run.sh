#!/bin/sh
# Declared streams from a terminal: declares two, lists them, listens, creates documents, opens one to everybody.
#
#   run.sh                    all steps, in order
#   run.sh declare links ...  these steps
#
# Against a server with a database of its own for feeds, and an admin:
#
#   roomstream account add -name admin -role admin
#   roomstream -accounts -feeds-database tutorial
#
# ROOMSTREAM_HOST (localhost:8080), ROOMSTREAM_ADMIN (admin) and ROOMSTREAM_PASSWORD say where and who.
set -eu

HOST=${ROOMSTREAM_HOST:-localhost:8080}
ADMIN=${ROOMSTREAM_ADMIN:-admin}
PASSWORD=${ROOMSTREAM_PASSWORD:?is the password that account add printed}
PATIENCE_S=20 # how long a step waits for what should come at once

ANSWERS=$(mktemp -d)
LISTENER=
trap 'if [ -n "$LISTENER" ]; then kill "$LISTENER" 2>/dev/null; fi; rm -r "$ANSWERS"' EXIT

# call STATUS METHOD PATH [BODY]: as the admin. Prints the answer; ends the script where its status is another.
call() { request "$@" --user "$ADMIN:$PASSWORD"; }

# anybody STATUS METHOD PATH: without a name or a password.
anybody() { request "$@"; }

request() {
  wanted=$1 method=$2 path=$3
  shift 3
  case ${1:-} in
    '{'*) body=$1; shift; set -- --header 'Content-Type: application/json' --data "$body" "$@" ;;
  esac
  printf '\n$ %s %s\n' "$method" "$path"
  status=$(curl --silent --show-error --max-time "$PATIENCE_S" --output "$ANSWERS/body" --write-out '%{http_code}' \
    --request "$method" "$@" "http://$HOST$path")
  printf '%s ' "$status"
  cat "$ANSWERS/body"
  echo
  [ "$status" = "$wanted" ] || { echo "expected $wanted" >&2; exit 1; }
}

# answered TEXT: the last answer has it.
answered() { grep -qF -- "$1" "$ANSWERS/body" || { echo "expected: $1" >&2; exit 1; }; }

# Keys with $ and . are escaped here, as older servers store them: _$match is $match, fullDocument::name is fullDocument.name.
declare_streams() {
  call 200 PUT /messages '{"streams":[
    {"uri":"all","stages":[{"_$match":{"_$or":[{"operationType":"insert"},{"operationType":"update"}]}}]},
    {"uri":"mine","stages":[{"_$match":{"fullDocument::name":{"_$var":"n"}}}]}]}'
}

# The same, with plain keys.
declare_plain() {
  call 200 PUT /messages '{"streams":[
    {"uri":"all","stages":[{"$match":{"$or":[{"operationType":"insert"},{"operationType":"update"}]}}]},
    {"uri":"mine","stages":[{"$match":{"fullDocument.name":{"$var":"n"}}}]}]}'
}

links() {
  call 200 GET '/messages?rep=SHAL'
  answered /messages/_streams/all
}

# Listens in the background to what concerns uji. With initial=true the server says `ready` once it listens.
listen() {
  address=/messages/_streams/mine?n=uji
  printf '\n$ websocat "ws://%s:...@%s%s"\n' "$ADMIN" "$HOST" "$address"
  if command -v websocat >/dev/null; then
    basic=$(printf '%s:%s' "$ADMIN" "$PASSWORD" | base64 | tr -d '\n') # not every version takes it from the address
    websocat --no-close -H="Authorization: Basic $basic" "ws://$HOST$address&initial=true" </dev/null >"$ANSWERS/events" &
  else # the same documents, as Server-Sent Events
    curl --silent --no-buffer --user "$ADMIN:$PASSWORD" --header 'Accept: text/event-stream' \
      "http://$HOST$address&initial=true" >"$ANSWERS/events" &
  fi
  LISTENER=$!
  heard '"ready":true'
}

# heard TEXT: waits until the listener has been told that.
heard() {
  tries=$((PATIENCE_S * 10))
  until grep -qF -- "$1" "$ANSWERS/events"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "the listener has not heard $1:" >&2; cat "$ANSWERS/events" >&2; exit 1; }
    sleep 0.1
  done
}

create() {
  call 201 POST /messages '{"message":"not for uji","name":"nemo"}'
  call 201 POST /messages '{"message":"hello","name":"uji"}'
  [ -n "$LISTENER" ] || return 0
  heard '"hello"'
  echo "the listener was told:"
  grep '"insert"' "$ANSWERS/events"
  ! grep -q nemo "$ANSWERS/events" || { echo "the listener was told of another's document" >&2; exit 1; }
}

unbound() {
  call 400 GET /messages/_streams/mine
  answered QueryVariableNotBound
  answered 'variable n not bound'
}

# all_is STATUS: what a request without a password, and without an upgrade, is answered: 426 when it may open the stream.
all_is() { anybody "$1" GET /messages/_streams/all; }

open_by_role() {
  all_is 401
  call 200 PUT /messages '{"streams":[
    {"uri":"all","stages":[{"$match":{"operationType":"insert"}}],"access":{"roles":["$unauthenticated"]}},
    {"uri":"mine","stages":[{"$match":{"fullDocument.name":{"$var":"n"}}}]}]}'
  all_is 426
}

open_by_rule() {
  declare_plain
  all_is 401
  call 204 POST /acl '{"_id":"everybodyMayListen","predicate":"path-prefix('"'/messages/_streams/all'"')",
    "priority":1,"roles":["$unauthenticated"]}'
  all_is 426
}

step() {
  case $1 in
    declare) declare_streams ;;
    declare-plain) declare_plain ;;
    links | listen | create | unbound) "$1" ;;
    open-by-role) open_by_role ;;
    open-by-rule) open_by_rule ;;
    *) echo "no such step: $1" >&2; exit 2 ;;
  esac
}

[ $# -gt 0 ] || set -- declare links listen create unbound declare-plain open-by-role open-by-rule
for name; do step "$name"; done
