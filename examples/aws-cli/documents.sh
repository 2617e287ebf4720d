#!/usr/bin/env bash
# The life of an item from a shell, with the AWS CLI alone: create with a staged upload, read, update, delete.
#
#   STACK=Twinwrite ./documents.sh picture.png
set -euo pipefail

picture=$1
unique=$(date +%s)-$$
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The store, as the construct's output `Store` describes it: docs/contract/store.schema.json.
store=$(aws cloudformation describe-stacks --stack-name "${STACK:-Twinwrite}" --output text \
  --query "Stacks[0].Outputs[?contains(OutputKey, 'Store')].OutputValue | [0]")
field() { [[ $store =~ \"$1\":\"([^\"]+)\" ]] && echo "${BASH_REMATCH[1]}"; }
table=$(field table)
bucket=$(field bucket)

# run OPERATION NAME INPUT: starts a run, waits for its end, and prints its output. The name is the idempotency key:
# started again with the same input, it answers the same. Returns 1: not written; 2: stuck; 3: nobody knows; 4: not started.
run() {
  local machine arn pause=0.2 status failure
  machine=$(field "$1")
  arn=${machine/:stateMachine:/:execution:}:$2
  if ! aws stepfunctions start-execution --state-machine-arn "$machine" --name "$2" --input "$3" \
    >/dev/null 2>"$work/refused"; then
    # It has ended: then its outcome is this call's, if the input is the same.
    if ! grep -q ExecutionAlreadyExists "$work/refused" || [ "$(describe "$arn" input)" != "$3" ]; then
      cat "$work/refused" >&2
      return 4
    fi
  fi
  while status=$(describe "$arn" status); [ "$status" = RUNNING ] || [ "$status" = PENDING_REDRIVE ]; do
    sleep "$pause"
    pause=1
  done
  if [ "$status" = SUCCEEDED ]; then
    describe "$arn" output
    return
  fi
  failure=$(describe "$arn" "join(': ', [error || 'no error', cause || 'no cause'])")
  case $failure in
    Rejected.* | RolledBack.*) echo "not written: $failure" >&2; return 1 ;;
    OutcomeUnknown:*) echo "read the item, and decide: $failure" >&2; return 3 ;;
  esac
  echo "stuck: $status $failure" >&2
  echo "to go on: aws stepfunctions redrive-execution --execution-arn $arn" >&2
  return 2
}

describe() { aws stepfunctions describe-execution --execution-arn "$1" --query "$2" --output text; }

# get_item KEY QUERY: what the item has there, by a consistent read; None if nothing.
get_item() {
  aws dynamodb get-item --table-name "$table" --key "$1" --consistent-read --output text --query "$2"
}

# read_object KEY ATTRIBUTE FILE: follows the item's pointer, and compares the content with the SHA-256 in it. An object that
# is missing was replaced meanwhile: the item is read again. Whoever reads several then reads ALL of them again.
read_object() {
  local pointer before='' attempt
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    pointer=$(get_item "$1" "Item.$2.S")
    if [ "$pointer" = None ] || [ "$pointer" = "$before" ]; then
      echo "no $2 there: $pointer" >&2
      return 1
    fi
    if aws s3 cp --quiet "$pointer" "$3" 2>"$work/missing"; then
      # The digest is where the default template of object keys has it.
      [[ ! $pointer =~ /sha256=([0-9a-f]{64})/ || $(sha256 "$3") = "${BASH_REMATCH[1]}" ]] && return
      echo "$pointer has other content than its key says" >&2
      return 1
    fi
    grep -q 404 "$work/missing" || { cat "$work/missing" >&2; return 1; }
    before=$pointer
  done
  echo "the item was rewritten during each of $attempt attempts to read it" >&2
  return 1
}

sha256() { if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1; }
size() { wc -c <"$1" | tr -d ' '; }

# Content past what an execution's input can hold (256 KiB) is uploaded first, and named.
staged=$(field stagingPrefix)/$unique
aws s3api put-object --bucket "$bucket" --key "$staged" --body "$picture" --checksum-algorithm SHA256 >/dev/null

id=cat-$unique
key='{"id": {"S": "'$id'"}}'
run create "create-$unique" '{
  "key": {"id": "'"$id"'"},
  "attributes": {"title": "A cat"},
  "largeAttributes": {
    "page": {"text": "<h1>A cat</h1>", "contentType": "text/html"},
    "picture": {
      "contentType": "image/png",
      "staged": {"key": "'"$staged"'", "sha256": "'"$(sha256 "$picture")"'", "size": '"$(size "$picture")"'}
    }
  }
}' >/dev/null
# Only once its run has succeeded: a replay of a failed one needs it. A lifecycle rule deletes it in the end.
aws s3 rm --quiet "s3://$bucket/$staged"
version=$(get_item "$key" Item._saga.M.version.N)
echo "created version $version"

read_object "$key" picture "$work/picture"
cmp "$picture" "$work/picture"
echo "read picture: $(size "$work/picture") bytes"

update='{"key": {"id": "'"$id"'"}, "expectedVersion": '"$version"', "set": {"title": "The cat"},
  "largeAttributes": {"page": {"text": "<h1>The cat</h1>", "contentType": "text/html"}}}'
run update "update-$unique" "$update" >/dev/null
run update "update-$unique" "$update" >/dev/null # the same run: it is not written twice
read_object "$key" page "$work/page"
echo "updated to version $(get_item "$key" Item._saga.M.version.N): $(cat "$work/page")"

run update "update-late-$unique" "$update" || echo "exit code $?: the version has moved on"

# A create with `overwrite` is a put: nothing of the item that is there stays.
run create "put-$unique" '{"key": {"id": "'"$id"'"}, "overwrite": true, "attributes": {"title": "A new cat"}}' >/dev/null
echo "put version $(get_item "$key" Item._saga.M.version.N): page $(get_item "$key" Item.page)"

run delete "delete-$unique" '{"key": {"id": "'"$id"'"}}' >/dev/null
echo "deleted: $(get_item "$key" Item)"
