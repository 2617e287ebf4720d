"""A write in the Express lane from Python, with boto3 alone: one call, which is made once, and what to do with each answer.

    STORE='{"table": ..., "express": {...}}' python3 express.py

STORE is what the construct's output `Store` holds, of a store with `express: true`: docs/contract/store.schema.json.
"""

import json
import os
import sys
import time
import uuid

# [shown]
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

store = json.loads(os.environ["STORE"])
# Once: a call that is made again is a second run. And as long as an Express run may take.
once = Config(retries={"total_max_attempts": 1}, read_timeout=330, inject_host_prefix="AWS_ENDPOINT_URL" not in os.environ)
express, standard = boto3.client("stepfunctions", config=once), boto3.client("stepfunctions")


def run(operation, **request):
    """A run of the Express lane; in doubt or stuck it goes on as a Standard one, which is followed to its end."""
    name = str(uuid.uuid4())  # or any that ends in a ULID: what goes on with the run is named by it
    try:
        end = express.start_sync_execution(
            stateMachineArn=store["express"]["stateMachines"][operation], name=name, input=json.dumps(request)
        )
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
            raise  # it was not started
        raise Unknown(f"twinwrite settle {operation}.x.{name}") from error
    except Exception as error:
        raise Unknown(f"twinwrite settle {operation}.x.{name}") from error
    if end.get("error") == "Continued":
        arn = json.loads(end["cause"])["executionArn"]
        while (end := standard.describe_execution(executionArn=arn))["status"] in ("RUNNING", "PENDING_REDRIVE"):
            time.sleep(1)
        if end["status"] != "SUCCEEDED" and not is_definite(end):
            raise Unknown(f"aws stepfunctions redrive-execution --execution-arn {arn}")
    if end["status"] == "SUCCEEDED":
        return json.loads(end["output"])
    if is_definite(end):
        raise NotWritten(f'{end["error"]}: {json.loads(end["cause"])["message"]}')
    raise Unknown(f"twinwrite settle {operation}.x.{name}")


def is_definite(end):
    return end.get("error", "").startswith(("Rejected.", "RolledBack."))


# [/shown]
class NotWritten(Exception):
    """Nothing of the write is left. After `Conflict`: start again."""


class Unknown(Exception):
    """Whether it was written is not known; the message is the command that tells, or goes on."""


def main():
    key = {"id": f"dog-{uuid.uuid4().hex[:12]}"}
    created = run("create", key=key, largeAttributes={"page": {"text": "<h1>A dog</h1>"}})
    print(f'created version {created["version"]}')
    try:
        run("create", key=key)
    except NotWritten as refusal:
        print(f"not written: {refusal}")
    print(f'deleted: {run("delete", key=key)["version"]}')


if __name__ == "__main__":
    try:
        main()
    except (NotWritten, Unknown) as problem:
        sys.exit(f"{type(problem).__name__}: {problem}")
