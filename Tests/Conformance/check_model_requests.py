"""Judges recorded model requests by the providers' published descriptions: check_model_requests.py FILE, one JSON object per
line: {"provider": "openai", "url": "https://...", "headers": [["Name", "value"]], "body": "{...}"}

Providers without a description are held to the list of parameters they name (llm_chat_param_matrix.json), or to OpenAI's
description. Top-level members that a provider's description does not name are refused everywhere.
"""

import json
import os
import pathlib
import sys
import urllib.parse

import published

FOLDER = pathlib.Path(os.environ.get("SPECS_DIR") or published.ROOT.parent / "shared/providers/specs")
SPECS = {
    "openai": ("openai.json", "https://api.openai.com", "/v1/chat/completions"),
    "groq": ("groq.json", "https://api.groq.com", "/openai/v1/chat/completions"),
    "mistral": ("mistral.json", "https://api.mistral.ai", "/v1/chat/completions"),
    "openrouter": ("openrouter.json", "https://openrouter.ai", "/api/v1/chat/completions"),
    "anthropic": ("anthropic.json", "https://api.anthropic.com", "/v1/messages"),
    "gemini": ("gemini_v1beta.derived.json", "https://generativelanguage.googleapis.com", None),
}
CLOSED_TO = {
    "gemini": {"contents", "generationConfig", "systemInstruction"},
    "anthropic": {"model", "max_tokens", "messages", "system", "temperature"},
}


def parameters():
    matrix = json.loads((FOLDER / "llm_chat_param_matrix.json").read_text())["params"]
    named = {}
    for parameter, providers in matrix.items():
        for provider in providers:
            named.setdefault(provider, set()).add(parameter)
    return named


def check(record, named, loaded):
    provider, body = record["provider"], json.loads(record["body"])
    # DeepSeek and Hugging Face publish no list: what every listed provider names is taken as theirs.
    common = set.intersection(*named.values()) | {"max_tokens"}
    unknown = set(body) - CLOSED_TO.get(provider, named.get(provider, common))
    if unknown:
        raise ValueError(f"{provider} names no {sorted(unknown)}")
    name, host, path = SPECS.get(provider, SPECS["openai"])
    url = urllib.parse.urlsplit(record["url"])
    if provider in SPECS and (f"{url.scheme}://{url.netloc}" != host or (path and url.path != path)):
        raise ValueError(f"{record['url']} is not {host}{path}")
    judge = loaded.setdefault(name, None) or published.load(name)
    loaded[name] = judge
    judge.validate_request(published._Request(
        host, "POST", path or url.path, [], dict(record["headers"]), record["body"].encode()))


def main():
    named, loaded, refused, count = parameters(), {}, 0, 0
    for line in pathlib.Path(sys.argv[1]).read_text().splitlines():
        record = json.loads(line)
        count += 1
        try:
            check(record, named, loaded)
            print("accepted", record["provider"])
        except Exception as error:
            refused += 1
            print("refused", record["provider"], type(error).__name__, str(error.__cause__ or error)[:600])
    print(f"{count - refused} of {count} requests accepted")
    sys.exit(1 if refused or not count else 0)


main()
