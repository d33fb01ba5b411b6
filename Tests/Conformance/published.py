"""Published API descriptions as judges of a conversation over HTTP.

SPECS_DIR names their folder (default <root>/../shared/providers/specs). Without it the tests fail, and say so.
"""

import json
import os
import pathlib
import sys

from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

ROOT = pathlib.Path(__file__).resolve().parents[2]


def load(name):
    folder = pathlib.Path(os.environ.get("SPECS_DIR") or ROOT.parent / "shared/providers/specs")
    path = folder / name
    if not path.exists():
        sys.exit(f"SPECS_DIR: {path} is missing; the published API descriptions are needed to judge the simulators")
    return OpenAPI.from_dict(_corrected(name, json.loads(path.read_text())))


def _corrected(name, spec):
    """Mistral's file requires a `data` member of chat answers that it does not describe and the API does not send."""
    if name == "mistral.json":
        spec["components"]["schemas"]["ChatCompletionResponse"]["allOf"][1]["required"].remove("data")
    return spec


class _Request:
    def __init__(self, host, method, path, query, headers, body):
        self.host_url, self.method, self.path = host, method.lower(), path
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(query), header=Headers(list(headers.items())), cookie=ImmutableMultiDict()
        )
        self.body = body
        self.content_type = next((v for k, v in headers.items() if k.lower() == "content-type"), "")


class _Response:
    def __init__(self, status, headers, body):
        self.status_code, self.data, self.headers = status, body, Headers(list(headers.items()))
        self.content_type = self.headers.get("content-type", "")


def check(spec, host, method, path, query, headers, body, status, answer_headers, answer):
    """Raises when the pair does not fit the description. Refusals are judged by the tests: few files describe them."""
    request = _Request(host, method, path, query, headers, body or b"")
    response = _Response(status, answer_headers, answer)
    if status < 400:
        spec.validate_request(request)
        spec.validate_response(request, response)
