"""Calls a host's Invoke API with AWS's own SDK. Usage: lambda_client.py URL FUNCTION; exits 0 when all is as on Lambda."""
import base64
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

url, name = sys.argv[1:]
client = boto3.client(
    "lambda", endpoint_url=url, region_name="us-east-1", aws_access_key_id="local", aws_secret_access_key="local",
    config=Config(retries={"total_max_attempts": 1}, read_timeout=90))

context = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
answer = client.invoke(
    FunctionName=name, Payload=json.dumps({"k": "ü"}), LogType="Tail", ClientContext=context)
assert answer["StatusCode"] == 200 and answer["ExecutedVersion"] == "$LATEST", answer
assert "FunctionError" not in answer, answer["Payload"].read()
log = base64.b64decode(answer["LogResult"]).decode()
assert "served by awslambdaric" in log and "REPORT RequestId: " in log, log
payload = json.loads(answer["Payload"].read())
request_id = answer["ResponseMetadata"]["RequestId"]
assert payload["event"] == {"k": "ü"}, payload
assert payload["requestId"] == request_id, (payload, request_id)
assert payload["arn"] == f"arn:aws:lambda:us-east-1:000000000000:function:{name}", payload
assert payload["name"] == name and payload["memory"] == "256", payload
assert 0 < payload["remaining"] <= 20_000, payload
assert payload["client"] == {"a": "b"}, payload
assert payload["trace"].startswith("Root=1-"), payload

failed = client.invoke(FunctionName=name, Qualifier="$LATEST", Payload=json.dumps({"do": "raise"}))
assert failed["StatusCode"] == 200 and failed["FunctionError"] == "Unhandled", failed
error = json.loads(failed["Payload"].read())
assert error["errorType"] == "ValueError" and error["errorMessage"] == "told to fail", error

event = client.invoke(FunctionName=name, InvocationType="Event", Payload="{}")
assert event["StatusCode"] == 202 and event["Payload"].read() == b"", event
dry = client.invoke(FunctionName=name, InvocationType="DryRun")
assert dry["StatusCode"] == 204, dry

found = client.get_function(FunctionName=name)["Configuration"]
assert found["FunctionName"] == name and found["MemorySize"] == 256 and found["Runtime"] == "provided.al2023", found
pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1})
assert [one["FunctionArn"] for page in pages for one in page["Functions"]] == [found["FunctionArn"]]

for arguments, code in [
    ({"FunctionName": "nobody"}, "ResourceNotFoundException"),
    ({"FunctionName": f"arn:aws:lambda:us-east-1:111111111111:function:{name}"}, "ResourceNotFoundException"),
    ({"FunctionName": f"arn:aws:lambda:eu-west-1:000000000000:function:{name}"}, "ResourceNotFoundException"),
    ({"FunctionName": name, "Payload": "{"}, "InvalidRequestContentException"),
    ({"FunctionName": name, "InvocationType": "Event", "Payload": '"' + "x" * (1 << 20) + '"'},
     "RequestTooLargeException"),
]:
    try:
        client.invoke(**arguments)
        raise SystemExit(f"{arguments['FunctionName']} was taken, {code} was due")
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == code, refusal
        assert refusal.response["Error"]["Message"], refusal
print("as on Lambda")
