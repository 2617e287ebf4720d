"""Creates an item from Python, with boto3 alone. STORE is the stack's output whose key begins with DocsStore."""

import hashlib, json, os, time
import boto3

sfn, s3 = boto3.client("stepfunctions"), boto3.client("s3")
store = json.loads(os.environ["STORE"])


def run(operation, name, **request):
    arn = sfn.start_execution(
        stateMachineArn=store["stateMachines"][operation], name=name, input=json.dumps(request)
    )["executionArn"]
    while (end := sfn.describe_execution(executionArn=arn))["status"] == "RUNNING":
        time.sleep(0.2)
    if end["status"] != "SUCCEEDED":
        raise RuntimeError(f'{end.get("error")}: {end.get("cause")}')
    return json.loads(end["output"])


# Content past what an execution's input can hold (256 KiB) is uploaded first, and named.
with open("picture.png", "rb") as file:
    picture = file.read()
staged = f'{store["stagingPrefix"]}/my-upload-1/picture'
s3.put_object(Bucket=store["bucket"], Key=staged, Body=picture)

run("create", "create-cat-43", key={"id": "cat-43"}, attributes={"title": "Hello"}, largeAttributes={
    "page": {"text": "<h1>Hello</h1>", "contentType": "text/html"},
    "picture": {"contentType": "image/png", "staged": {
        "key": staged, "sha256": hashlib.sha256(picture).hexdigest(), "size": len(picture)}},
})
