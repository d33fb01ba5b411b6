"""The reference for a cold start: the smallest handler the official Python runtime client can serve."""

import json


def handler(event, context):
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps({"ok": True})}
