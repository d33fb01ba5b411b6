"""Functions/*/function.json, read as strictly as the local runner reads them
(local-runner/Sources/LocalRunner/Catalog/FunctionManifest.swift)."""
import json
import re
import typing

# Of `ModelProviderName.online`; together they are the declared secret MODEL_API_KEYS.
MODEL_KEYS = [f"{provider}_API_KEY" for provider in [
    "OPENAI", "ANTHROPIC", "GEMINI", "GROQ", "OPENROUTER", "MISTRAL", "SAMBANOVA", "HUGGINGFACE", "DEEPSEEK"]]
# Names in the settings secret, beside the model keys: the operator's and what `deploy` makes at random.
SETTINGS = ["DASHBOARD_PASSWORD", "SESSION_SECRET", "CRON_SECRET", "PARLEY_SECRET_KEYS", "TWILIO_AUTH_TOKEN",
            "TWILIO_AUTH_TOKEN_SECONDARY"]
# Of `DatabaseRole`.
DATABASE_ROLES = [f"parley_{name}" for name in [
    "app", "api", "auth", "health", "housekeeping", "inbound", "jobs", "keys", "lines", "runner"]]
# The runner's Invoke API with the secret that opens it. Here a right to invoke run-jobs stands for it, and no variable.
INVOKE_URL = "PARLEY_INVOKE_URL"
# Of a function on Lambda, which can't be raised.
LAMBDA_FILES = 1024

METHODS = {"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
# Key -> its default, whose type is the value's.
DEFAULTS = {
    "name": "", "description": "", "routes": [], "schedules": [], "timeoutSeconds": 3, "initTimeoutSeconds": 10,
    "memoryMB": 128, "files": 1024, "concurrency": 2, "warm": 0, "queue": 256, "env": {}, "secrets": [], "database": "parley_app",
    "handler": "bootstrap", "maximumRetryAttempts": 2, "maximumEventAgeSeconds": 21600, "wakeOnly": False,
    "connections": 1, "persistent": False, "forward": [],
}
SCHEDULE_KEYS = {"name", "expression", "input", "enabled"}
# The host knows them, this template has nothing for them yet.
NOT_HERE = {"executable", "onFailure"}


class Problem(Exception):
    """A line for the person who wrote a declaration or a fragment."""


class Declaration:
    def __init__(self, members):
        self.members = members
        for key, default in DEFAULTS.items():
            setattr(self, key, members.get(key, default))

    @property
    def logical(self):
        """twilio-inbound -> TwilioInbound: what the names of its resources begin with."""
        return logical(self.name)

    @property
    def has_queue(self):
        return "queue" in self.members

    @property
    def uses_database(self):
        return "DATABASE_URL" in self.secrets

    @property
    def wakes(self):
        return INVOKE_URL in self.secrets

    @property
    def settings(self):
        """Names that it reads from the settings secret."""
        declared = [name for name in self.secrets if name not in ("DATABASE_URL", INVOKE_URL)]
        return sorted(one for name in declared for one in (MODEL_KEYS if name == "MODEL_API_KEYS" else [name]))

    @property
    def declared_secrets(self):
        """The value of PARLEY_SECRETS; an empty variable would count as unset, so "-" stands for none."""
        return ",".join(sorted(self.settings + ["DATABASE_URL"] * self.uses_database + [INVOKE_URL] * self.wakes)) or "-"

    @property
    def is_invoked_later(self):
        """Whether anything invokes it asynchronously."""
        return bool(self.schedules) or self.wakeOnly


class Route(typing.NamedTuple):
    method: str
    path: str


def logical(name):
    return "".join(part.capitalize() for part in re.split("[-_]", name))


def route(text):
    method, _, path = text.partition(" ")
    if method not in METHODS or not path.startswith("/"):
        raise Problem(f"{text!r} is no route: \"GET /path\" is")
    return Route(method, path)


def read(folder):
    """All declarations by name, in order; a problem names its file."""
    found = []
    for path in sorted(folder.glob("*/function.json")):
        try:
            found.append(declaration(json.loads(path.read_text())))
        except (Problem, ValueError) as problem:
            raise Problem(f"{path.parent.name}/{path.name}: {problem}") from None
    refuse_doubles("function", [one.name for one in found])
    refuse_doubles("route", [text for one in found for text in one.routes + one.forward])
    return sorted(found, key=lambda one: one.name)


def refuse_doubles(what, values):
    if doubles := sorted({one for one in values if values.count(one) > 1}):
        raise Problem(f"declared more than once: {what} {', '.join(doubles)}")


def declaration(members):
    check_keys(members)
    one = Declaration(members)
    if not re.fullmatch("[a-z][a-z0-9-]*", one.name):
        raise Problem(f"{one.name!r} is no name in kebab-case")
    if one.database not in DATABASE_ROLES:
        raise Problem(f"there is no database role {one.database!r}")
    for name in one.secrets:
        if name not in SETTINGS + ["DATABASE_URL", "MODEL_API_KEYS", INVOKE_URL]:
            raise Problem(f"there is no secret {name!r}")
    if one.files > LAMBDA_FILES and not one.persistent:
        raise Problem(f"\"files\": Lambda gives a function {LAMBDA_FILES}")
    for text in one.routes + one.forward:
        route(text)
    for schedule in one.schedules:
        if unknown := set(schedule) - SCHEDULE_KEYS:
            raise Problem(f"\"schedules\": there is no key {', '.join(sorted(unknown))}")
        if schedule.get("input", {}) != {}:
            raise Problem(f"\"schedules\": {schedule.get('name')} has an \"input\", and functions refuse every event but {{}} "
                          "(Core/FunctionHost/DirectEvent.swift)")
    return one


def check_keys(members):
    for key, value in members.items():
        if key in NOT_HERE:
            raise Problem(f"\"{key}\" has no counterpart in the AWS template")
        if key not in DEFAULTS:
            raise Problem(f"there is no key \"{key}\"")
        if type(value) is not type(DEFAULTS[key]):
            raise Problem(f"\"{key}\" must be {type(DEFAULTS[key]).__name__}, not {value!r}")
