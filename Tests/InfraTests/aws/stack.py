"""The template as a machine reads it: with long tags, and as SAM's own translator leaves it for CloudFormation."""
import copy
import functools
import json
import os
import pathlib
import sys
import tempfile
import time
import traceback

# Asked for by the translator, and by boto3 in it; nothing is called.
os.environ |= {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}

from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
AWS = ROOT / "infra/aws"
TEMPLATE = pathlib.Path(os.environ.get("PARLEY_AWS_TEMPLATE", AWS / "template.yaml"))


class NoManagedPolicies:
    """The template names none of AWS's own policies: asking for one is a mistake."""

    def load(self):
        return {}


@functools.cache
def written():
    return yaml_parse(TEMPLATE.read_text())


@functools.cache
def translated():
    return transform(copy.deepcopy(written()), {}, NoManagedPolicies())


def translated_file():
    file = tempfile.NamedTemporaryFile("w", suffix=".json")
    json.dump(translated(), file)
    file.flush()
    return file


def of_type(kind):
    return {name: one for name, one in translated()["Resources"].items() if one["Type"] == kind}


def properties(kind):
    return [one["Properties"] for one in of_type(kind).values()]


@functools.cache
def declared():
    """As they are written: nothing of what generates the template is used."""
    found = [json.loads(path.read_text()) for path in sorted((ROOT / "Functions").glob("*/function.json"))]
    assert len(found) > 10, "the declarations are missing"
    return {one["name"]: one for one in found}


def invoked():
    return {name: one for name, one in declared().items() if not one.get("persistent")}


def persistent():
    return {name: one for name, one in declared().items() if one.get("persistent")}


def function(name):
    wanted = {"Fn::Sub": f"${{AWS::StackName}}-{name}"}
    found = [one for one in properties("AWS::Lambda::Function") if one["FunctionName"] == wanted]
    assert len(found) == 1, f"{name} is there {len(found)} times"
    return found[0]


def resource(reference):
    """What a !Ref or !GetAtt names."""
    name = reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0]
    return translated()["Resources"][name]


def run(*checks):
    """Runs all, says which hold, fails when one does not."""
    failed = 0
    for check in checks:
        began = time.monotonic()
        try:
            check()
            print(f"ok    {check.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception:
            failed += 1
            print(f"WRONG {check.__name__}", flush=True)
            traceback.print_exc(file=sys.stdout)
    sys.exit(1 if failed else 0)
