"""Served by AWS's own runtime client (awslambdaric): whatever it needs from a host, ours must offer."""
import os


def handler(event, context):
    if event.get("do") == "raise":
        raise ValueError("told to fail")
    print("served by awslambdaric")
    return {
        "event": event,
        "requestId": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "name": context.function_name,
        "memory": context.memory_limit_in_mb,
        "remaining": context.get_remaining_time_in_millis(),
        "client": context.client_context.custom if context.client_context else None,
        "trace": os.environ.get("_X_AMZN_TRACE_ID"),
    }
