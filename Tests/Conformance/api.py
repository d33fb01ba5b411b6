"""The running API before strict judges: its OpenAPI document is valid, every operation succeeds at least once with what
the document says, and schemathesis finds no 5xx, no undocumented status and no answer that breaks its schema.

PARLEY_URL, DEMO_ACCOUNT (demo.json) and KEYS (the data folder's keys) say where it runs. API_EXAMPLES is the number of made-up
requests an operation gets (3; PARLEY_LONG=1: 150); API_SEED repeats a run.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.parse

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

URL = os.environ["PARLEY_URL"].rstrip("/")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = int(os.environ.get("API_EXAMPLES", "150" if os.environ.get("PARLEY_LONG") == "1" else "3"))
SEED = int(os.environ.get("API_SEED", "20261126"))
failures = []


def keys():
    lines = open(os.environ["KEYS"]).read().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def sandbox_key():
    return {"x-sandbox-key": keys()["PARLEY_SANDBOX_KEY"]}


def fail(what):
    failures.append(what)
    print("FAILED", what[:1500])


class Client:
    """Somebody who is signed in."""

    def __init__(self, name, password, by="email"):
        answer = requests.post(URL + "/api/v1/auth/login", json={by: name, "password": password}, timeout=30)
        answer.raise_for_status()
        self.headers = {"authorization": "Bearer " + answer.json()["token"]}

    def send(self, method, path, **arguments):
        headers = {**self.headers, **arguments.pop("headers", {})}
        return requests.request(method, URL + path, headers=headers, timeout=60, **arguments)

    def made(self, path, body):
        answer = self.send("POST", path, json=body)
        if answer.status_code not in (200, 201, 202):
            raise RuntimeError(f"POST {path}: {answer.status_code} {answer.text[:400]}")
        return answer.json()["id"]

    def items(self, path):
        answer = self.send("GET", path)
        answer.raise_for_status()
        return answer.json()["items"]


def wait_for(what, look):
    for _ in range(240):
        found = look()
        if found:
            return found
        time.sleep(0.25)
    raise RuntimeError(f"there is no {what}")


def main():
    from api_world import World

    document = requests.get(URL + "/api/openapi.json", timeout=30).json()
    validate(document)
    print(f"valid OpenAPI {document['openapi']}: {sum(len(item) for item in document['paths'].values())} operations")
    world = World(document)
    world.walk()
    world.fuzz()
    print(f"{len(failures)} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    # As a module of its own, which `api_world` shares.
    import api

    api.main()
