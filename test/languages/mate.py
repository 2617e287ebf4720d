"""Writes and reads items with pynamodb_mate itself: one line of JSON per command on stdin, one answer on stdout."""

import base64
import json
import os
import sys
from datetime import datetime, timezone

import boto3
import pynamodb_mate.api as pm
from pynamodb_mate.patterns.large_attribute.api import LargeAttributeMixin

BUCKET, PREFIX, TABLE = os.environ["MATE_BUCKET"], os.environ["MATE_PREFIX"], os.environ["MATE_TABLE"]
s3 = boto3.client("s3")


class Document(pm.Model, LargeAttributeMixin):
    class Meta:
        table_name = TABLE
        region = os.environ["AWS_REGION"]
        host = os.environ["AWS_ENDPOINT_URL"]

    id = pm.UnicodeAttribute(hash_key=True)
    title = pm.UnicodeAttribute(null=True)
    update_at = pm.UTCDateTimeAttribute(null=True)
    html = pm.UnicodeAttribute(null=True)
    image = pm.UnicodeAttribute(null=True)


def create(pk, large, title, **options):
    now = datetime.now(timezone.utc)
    Document.create_large_attribute_item(
        s3_client=s3, pk=pk, sk=None, kvs=contents(large), bucket=BUCKET, prefix=PREFIX, update_at=now,
        attributes={"title": title, "update_at": now}, **options,
    )


def update(pk, large):
    now = datetime.now(timezone.utc)
    Document.update_large_attribute_item(
        s3_client=s3, pk=pk, sk=None, kvs=contents(large), bucket=BUCKET, prefix=PREFIX, update_at=now,
        update_actions=[Document.update_at.set(now)],
    )


def put(pk, large):
    """The first half of an update, as the library offers it: the objects. Gives whether each was put."""
    now = datetime.now(timezone.utc)
    response = Document.put_s3(
        s3, pk=pk, sk=None, kvs=contents(large), bucket=BUCKET, prefix=PREFIX, update_at=now
    )
    put.last = response
    return {action.attr: action.put_executed for action in response.actions}


def save(pk):
    """The second half: the item."""
    Document.make_one(pk, None).update(actions=put.last.to_update_actions(Document))


def delete(pk):
    Document.delete_large_attribute_item(s3_client=s3, pk=pk, sk=None, attributes=["html", "image"])


def read(pk):
    item = Document.get_one_or_none(pk, None)
    return item and {"title": item.title, "html": item.html, "image": item.image}


def contents(large):
    return {name: base64.b64decode(content) for name, content in large.items()}


for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = {"result": globals()[command.pop("do")](**command)}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
