"""The life of an item from Python, with boto3 alone: create with a staged upload, read, update, delete.

    STORE='{"table": ...}' python3 documents.py picture.png

STORE is what the construct's output `Store` holds: docs/contract/store.schema.json.
"""

import hashlib
import json
import os
import re
import sys
import time
import uuid

# [shown]
import boto3

store = json.loads(os.environ["STORE"])
sfn, s3, dynamodb = (boto3.client(service) for service in ("stepfunctions", "s3", "dynamodb"))
# [/shown]


class NotWritten(Exception):
    """Rejected, or rolled back: nothing of the write is left. `reason` says why, `cause` has the details."""

    def __init__(self, error, cause):
        self.reason, self.cause = error.partition(".")[2], cause
        super().__init__(f'{error}: {cause["message"]}')


class OutcomeUnknown(Exception):
    """It cannot be proved whether it was written. Nothing was deleted: read the item, and decide."""


class Stuck(Exception):
    """The run stopped half-way. Redrive it once the cause is gone: it goes on where it stopped."""


class Damaged(Exception):
    """What is stored is not what was written."""


# [shown]
def run(operation, name, **request):
    """Starts a run and waits for its end. The name is the idempotency key: a second call takes up the first's run."""
    machine, text = store["stateMachines"][operation], json.dumps(request, sort_keys=True)
    try:
        arn = sfn.start_execution(stateMachineArn=machine, name=name, input=text)["executionArn"]
    except sfn.exceptions.ExecutionAlreadyExists:  # it has ended, or had another input
        arn = f'{machine.replace(":stateMachine:", ":execution:")}:{name}'
        if sfn.describe_execution(executionArn=arn)["input"] != text:
            raise
    pause = 0.1
    while (end := sfn.describe_execution(executionArn=arn))["status"] in ("RUNNING", "PENDING_REDRIVE"):
        time.sleep(pause)
        pause = min(2, pause * 1.5)
    error, cause = end.get("error", ""), end.get("cause", "")
    if end["status"] == "SUCCEEDED":
        return json.loads(end["output"])
    if error.startswith(("Rejected.", "RolledBack.")):
        raise NotWritten(error, json.loads(cause))
    if error == "OutcomeUnknown":
        raise OutcomeUnknown(json.loads(cause)["message"])
    raise Stuck(f'{end["status"]} {error}: aws stepfunctions redrive-execution --execution-arn {arn}')


# [/shown]
def stage(content):
    """Uploads what an execution's input cannot hold (256 KiB), and gives what a request names it by."""
    key = f'{store["stagingPrefix"]}/{uuid.uuid4()}'
    s3.put_object(Bucket=store["bucket"], Key=key, Body=content, ChecksumAlgorithm="SHA256")
    return {"key": key, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def unstage(staged):
    """Only once its run has succeeded: a replay of a failed one needs it. A lifecycle rule deletes it in the end."""
    s3.delete_object(Bucket=store["bucket"], Key=staged["key"])


def read(key):
    """The item and the content of its large attributes, never of two versions; None if there is no such item."""
    missed = None
    for _ in range(10):
        item = dynamodb.get_item(TableName=store["table"], Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return None
        pointers = {name["S"]: item[name["S"]]["S"] for name in item["_saga"]["M"]["large"]["L"]}
        if pointers == missed:
            raise Damaged(f"the item points at an object that is gone: {pointers}")
        try:
            return item, {name: content_of(pointer) for name, pointer in pointers.items()}
        except s3.exceptions.NoSuchKey:  # the item was rewritten meanwhile: read it again, and ALL its objects
            missed = pointers
    raise TimeoutError("the item was rewritten during each of ten attempts to read it")


def content_of(pointer):
    bucket, key = re.fullmatch(r"s3://([^/]+)/(.+)", pointer, re.DOTALL).groups()
    content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    promised = re.search(r"/sha256=([0-9a-f]{64})/", key)  # by the default template of object keys
    if promised and promised[1] != hashlib.sha256(content).hexdigest():
        raise Damaged(f"{pointer} has other content than its key says")
    return content


def main(path):
    unique = uuid.uuid4().hex[:12]
    # [shown]
    picture = stage(open(path, "rb").read())  # content past 256 KiB is uploaded first, and named
    cat = {"id": f"cat-{unique}"}
    created = run("create", f"create-{unique}", key=cat, attributes={"title": "A cat"}, largeAttributes={
        "page": {"text": "<h1>A cat</h1>", "contentType": "text/html"},
        "picture": {"staged": picture, "contentType": "image/png"},
    })
    # [/shown]
    unstage(picture)
    print(f'created version {created["version"]}, clean-up {created["cleanup"]}')

    item, content = read(created["key"])
    print(f'read {item["title"]["S"]}: page {len(content["page"])} bytes, picture {len(content["picture"])} bytes')

    # The same name and input again: no second write, the same answer.
    again = run("delete", f"delete-never-{unique}", key={"id": f"none-{unique}"})
    assert again == run("delete", f"delete-never-{unique}", key={"id": f"none-{unique}"})

    updated = run(
        "update",
        f"update-{unique}",
        key=cat,
        expectedVersion=created["version"],
        set={"title": "The cat"},
        add={"views": 1},
        largeAttributes={"page": {"text": "<h1>The cat</h1>", "contentType": "text/html"}},
    )
    print(f'updated to version {updated["version"]}: {read(updated["key"])[1]["page"].decode()}')

    try:
        run("update", f"update-late-{unique}", key=cat, expectedVersion=created["version"], remove=["picture"])
    except NotWritten as refusal:
        print(f'not written: {refusal.reason}, the item is at version {refusal.cause["actual"]}')

    # A create with `overwrite` is a put: nothing of the item that is there stays.
    put = run("create", f"put-{unique}", key=cat, overwrite=True, attributes={"title": "A new cat"})
    print(f'put version {put["version"]}: {sorted(read(put["key"])[0])}')

    run("delete", f"delete-{unique}", key=cat)
    print(f'deleted: {read(updated["key"])}')


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (NotWritten, OutcomeUnknown, Stuck, Damaged) as problem:
        sys.exit(f"{type(problem).__name__}: {problem}")
