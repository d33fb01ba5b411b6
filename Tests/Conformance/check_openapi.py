"""Judges recorded requests by published API descriptions: check_openapi.py FILE, one JSON object per line:

{"spec": "twilio_api_v2010.json", "method": "POST", "url": "https://...", "headers": [["Name", "value"]], "body": "..."}

Prints one line per request; the exit status is 1 if any is refused. Beyond the description's own rules, a parameter or form
field that it does not name is refused: a misspelt optional field would otherwise pass.
"""

import json
import os
import pathlib
import sys
import urllib.parse

import published

FOLDER = pathlib.Path(os.environ.get("SPECS_DIR") or published.ROOT.parent / "shared/providers/specs")


class Judge:
    def __init__(self, name):
        self.judge = published.load(name)
        self.paths = json.loads((FOLDER / name).read_text())
        self.schemas = self.paths["components"]["schemas"]

    def check(self, record):
        url = urllib.parse.urlsplit(record["url"])
        query = urllib.parse.parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query))
        request = published._Request(
            f"{url.scheme}://{url.netloc}", record["method"], url.path, query,
            dict(record["headers"]), record["body"].encode() or b"",
        )
        self.judge.validate_request(request)
        operation, shared = self.operation(record["method"], url.path)
        declared = {p["name"] for p in operation.get("parameters", []) + shared if p["in"] == "query"}
        self.refuse_unknown({name for name, _ in query}, declared)
        fields = {name for name, _ in urllib.parse.parse_qsl(record["body"], keep_blank_values=True)}
        self.refuse_unknown(fields, self.form(operation))

    def operation(self, method, path):
        parts = path.split("/")
        found = [
            template for template in self.paths["paths"]
            if len(template.split("/")) == len(parts) and all(map(matches, template.split("/"), parts))
        ]
        best = max(found, key=lambda template: sum("{" not in part for part in template.split("/")))
        entry = self.paths["paths"][best]
        return entry[method.lower()], entry.get("parameters", [])

    def form(self, operation):
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/x-www-form-urlencoded", {}).get("schema", {})
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        return set(schema.get("properties", {}))

    @staticmethod
    def refuse_unknown(given, declared):
        unknown = given - declared
        if unknown:
            raise ValueError(f"not in the description: {sorted(unknown)}")


def matches(template, part):
    if "{" not in template:
        return template == part
    before, after = template[: template.index("{")], template[template.index("}") + 1:]
    return part.startswith(before) and part.endswith(after) and len(part) > len(before) + len(after)


def main():
    judges, refused, count = {}, 0, 0
    for line in pathlib.Path(sys.argv[1]).read_text().splitlines():
        record = json.loads(line)
        count += 1
        judge = judges.setdefault(record["spec"], None) or Judge(record["spec"])
        judges[record["spec"]] = judge
        try:
            judge.check(record)
            print("accepted", record["method"], record["url"])
        except Exception as error:  # every kind of refusal is one line
            refused += 1
            print("REFUSED", record["method"], record["url"], type(error).__name__, error, error.__cause__ or "")
    print(f"{count - refused} of {count} requests accepted")
    sys.exit(1 if refused or not count else 0)


main()
