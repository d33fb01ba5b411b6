"""infra/aws/deploy with a stand-in for the AWS CLI: the steps come in their order, a failed migration stops them, no secret is
in a command."""
import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from samtranslator.yaml_helper import yaml_parse

from stack import AWS, TEMPLATE, invoked, persistent, run, translated, written

HERE = pathlib.Path(__file__).resolve().parent
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:parley/settings-AbCdEf"
OUTPUTS = {"Cluster": "cluster", "MigrateTask": "migrate:7", "MigrateLog": "log", "PrivateSubnets": "subnet-a,subnet-b",
           "TasksGroup": "sg-1", "Address": "https://bot.example.com"}
# What a first deployment meets.
FIRST = {
    "lambda get-account-settings": "1000",
    "secretsmanager describe-secret": {"error": "An error occurred (ResourceNotFoundException) when calling ..."},
    "secretsmanager create-secret": ARN,
    "ec2 describe-managed-prefix-lists": "pl-42",
    "cloudformation describe-stacks": {
        "Parameters": {"error": "An error occurred (ValidationError): Stack with id parley does not exist"},
        "Outputs": json.dumps([{"OutputKey": key, "OutputValue": value} for key, value in OUTPUTS.items()])},
    "ecs run-task": json.dumps({"task": "arn:aws:ecs:eu-central-1:123456789012:task/cluster/0a1b", "failures": []}),
    "ecs describe-tasks": json.dumps({"status": "STOPPED", "code": 0, "reason": "Essential container in task exited"}),
}
RANGES = {
    "prefixes": [
        {"ip_prefix": "198.51.100.0/25", "service": "CLOUDFRONT_ORIGIN_FACING"},
        {"ip_prefix": "198.51.100.128/25", "service": "CLOUDFRONT_ORIGIN_FACING"},
        {"ip_prefix": "203.0.113.0/24", "service": "CLOUDFRONT"}],
    "ipv6_prefixes": [{"ipv6_prefix": "2001:db8::/32", "service": "CLOUDFRONT_ORIGIN_FACING"}],
}


class Deployment:
    """One run of infra/aws/deploy."""

    def __init__(self, answers, *more):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for one in invoked():
                (folder / f"{one}.zip").touch()
            (folder / "ranges.json").write_text(json.dumps(RANGES))
            (folder / "answers.json").write_text(json.dumps(answers))
            (folder / "calls.jsonl").touch()
            path = {"PATH": f"{HERE / 'bin'}:{os.environ['PATH']}", "FAKE_AWS": name, "FAKE_AWS_PYTHON": sys.executable}
            done = subprocess.run(
                [sys.executable, AWS / "deploy", "parley", "--version", "2", "--image", "image:2", "--bucket", "bucket",
                 "--packages", folder, "--addresses", (folder / "ranges.json").as_uri(), *more],
                env=os.environ | path, capture_output=True, text=True)
            self.calls = [json.loads(line) for line in (folder / "calls.jsonl").read_text().splitlines()]
        self.status, self.output, self.errors = done.returncode, done.stdout, done.stderr

    @property
    def names(self):
        return [" ".join(call["arguments"][:2]) for call in self.calls]

    def to(self, name):
        return [call for call in self.calls if " ".join(call["arguments"][:2]) == name]

    def stacks(self):
        """Each time that the stack is brought somewhere: parameters and the template's text."""
        return [(overrides(call["arguments"]), call["template"]) for call in self.to("cloudformation deploy")]


def overrides(arguments):
    return dict(one.split("=", 1) for one in arguments[arguments.index("--parameter-overrides") + 1:])


def remembering(*, status="UPDATE_COMPLETE", **parameters):
    """What an update meets."""
    known = json.dumps({"status": status, "parameters": [
        {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]})
    return FIRST | {"cloudformation describe-stacks": FIRST["cloudformation describe-stacks"] | {"Parameters": known}}


STEPS = ["cloudformation describe-stacks", "lambda get-account-settings", "s3api list-objects-v2",
         "secretsmanager describe-secret", "secretsmanager create-secret", "s3api put-object", "s3 cp",
         "ec2 describe-managed-prefix-lists", "cloudformation deploy", "cloudformation describe-stacks", "ecs run-task", "ecs wait",
         "ecs describe-tasks", "cloudformation deploy", "cloudformation describe-stacks", "s3api put-object"]


def a_dry_run_prints_the_steps_in_order():
    made = Deployment({}, "--dry-run")
    assert made.status == 0 and not made.calls, made.errors
    lines = made.output.splitlines()
    assert [" ".join(line.split()[1:3]) for line in lines if line.startswith("aws ")] == STEPS, made.output
    assert [line.split()[1] for line in lines if line.startswith("# ") and line[2].isdigit()] == ["1", "2", "3", "4", "5"]


def a_first_deployment_goes_from_base_to_full():
    made = Deployment(FIRST, "--set", "DomainName=bot.example.com", "--set", "CertificateArn=arn:aws:acm:us-east-1:1:certificate/1")
    assert made.status == 0, made.errors
    assert made.names == STEPS, made.names
    (base, _), (full, template) = made.stacks()
    assert base["Stage"] == "base" and full["Stage"] == "full"
    assert full["CodePrefix"] == "parley/2" and full["Version"] == "2" and full["Image"] == full["MigrationImage"] == "image:2"
    assert full["SettingsSecret"] == ARN and full["CloudFrontPrefixList"] == "pl-42" and full["DomainName"] == "bot.example.com"
    assert full["TrustedProxies"] == "198.51.100.0/24,2001:db8::/32"
    assert template == TEMPLATE.read_text()
    needed = {name for name, one in translated()["Parameters"].items() if "Default" not in one}
    assert needed <= set(base), needed - set(base)
    assert "https://bot.example.com" in made.output


def settings_are_made_and_shown_to_nobody():
    made = Deployment(FIRST)
    (call,) = made.to("secretsmanager create-secret")
    settings = json.loads(call["given"])
    assert settings.keys() == names_that_the_template_reads() | {"TWILIO_AUTH_TOKEN_SECONDARY"}, settings.keys()
    name, key = settings["PARLEY_SECRET_KEYS"].split(":")
    assert name[:4].isdigit() and name[4:] == "a" and len(base64.b64decode(key)) == 32
    values = [value for value in settings.values() if value]
    assert len(set(values)) == 4 and all(len(value) >= 40 for value in values), "made at random: four"
    said = json.dumps([call["arguments"] for call in made.calls]) + made.output + made.errors
    assert not any(value in said for value in values)


def names_that_the_template_reads():
    """Of functions and programs."""
    text = json.dumps(translated())
    return {part.split("}")[0] for part in text.split("${SettingsSecret}:SecretString:")[1:]} | {
        part.split(":")[0] for part in text.split("${SettingsSecret}:")[1:] if not part.startswith("SecretString")}


def settings_that_are_there_are_kept():
    kept = {"SESSION_SECRET": "kept", "DASHBOARD_PASSWORD": "kept too", "OTHER": "kept as well"}
    made = Deployment(FIRST | {"secretsmanager describe-secret": ARN, "secretsmanager get-secret-value": json.dumps(kept)})
    (call,) = made.to("secretsmanager put-secret-value")
    given = json.loads(call["given"])
    assert made.status == 0 and kept.items() <= given.items() and names_that_the_template_reads() <= given.keys()
    whole = FIRST | {"secretsmanager describe-secret": ARN, "secretsmanager get-secret-value": call["given"]}
    assert not Deployment(whole).to("secretsmanager put-secret-value"), "nothing was missing"


def a_failed_migration_stops_it():
    made = Deployment(FIRST | {
        "ecs describe-tasks": json.dumps({"status": "STOPPED", "code": 3, "reason": "Essential container in task exited"}),
        "logs get-log-events": "first line\tmigration 071 failed"})
    assert made.status == 1 and "ended with 3" in made.errors and "migration 071 failed" in made.errors, made.errors
    assert [parameters["Stage"] for parameters, _ in made.stacks()] == ["base"]
    assert made.names[-1] == "logs get-log-events" and "migrate/migrate/0a1b" in made.calls[-1]["arguments"]


def a_migration_that_never_began_stops_it():
    made = Deployment(FIRST | {
        "ecs describe-tasks": json.dumps({"status": "STOPPED", "code": None, "reason": "CannotPullContainerError"}),
        "logs get-log-events": {"error": "ResourceNotFoundException"}})
    assert made.status == 1 and "CannotPullContainerError" in made.errors and len(made.stacks()) == 1, made.errors


def a_migration_that_gets_no_task_stops_it():
    failures = [["RESOURCE:ENI", None, "arn:aws:ecs:eu-central-1:123456789012:container-instance/1"]]
    for answer, words in [({"task": None, "failures": failures}, "did not begin: RESOURCE:ENI arn:aws:ecs"),
                          ({"task": None, "failures": []}, "did not begin: ECS says no reason")]:
        made = Deployment(FIRST | {"ecs run-task": json.dumps(answer)})
        assert made.status == 1 and words in made.errors and len(made.errors.splitlines()) == 1, made.errors
        assert made.names[-1] == "ecs run-task" and len(made.stacks()) == 1, made.names


def a_migration_that_hangs_stops_it():
    made = Deployment(FIRST | {"ecs wait": {"error": "Waiter TasksStopped failed: Max attempts exceeded"}})
    assert made.status == 1 and "still runs after 60 minutes" in made.errors and len(made.stacks()) == 1, made.errors
    assert len(made.to("ecs wait")) == 6


def a_migration_that_cannot_be_watched_stops_it():
    """Not the wait's own end: what it says is what went wrong."""
    made = Deployment(FIRST | {"ecs wait": {"error": "An error occurred (AccessDeniedException): ecs:DescribeTasks"}})
    assert made.status == 1 and "AccessDeniedException" in made.errors and "still runs" not in made.errors, made.errors
    assert len(made.to("ecs wait")) == 1 and len(made.stacks()) == 1


def what_runs_is_left_alone_until_the_migration_is_done():
    """An update of a stack whose functions had less time, and whose base was another."""
    running = TEMPLATE.read_text().replace("Timeout: 15", "Timeout: 14").replace("EngineVersion", "OldVersion")
    old = yaml_parse(running)
    known = {name: str(one.get("Default", "as it was")) for name, one in translated()["Parameters"].items()} | {
        "Stage": "full", "SettingsSecret": ARN, "WebhookConcurrency": "1"}
    del known["CloudFrontPrefixList"]
    made = Deployment(remembering(**known) | {"cloudformation get-template": running})
    assert made.status == 0, made.errors
    (between, template), (full, _) = made.stacks()
    new, template = written(), yaml_parse(template)
    assert between == {"MigrationImage": "image:2", "CloudFrontPrefixList": "pl-42"}, "all but what is new is remembered"
    assert full["Stage"] == "full"
    for name, one in new["Resources"].items():
        assert template["Resources"][name] == (old if "Condition" in one else new)["Resources"][name], name
    assert template["Resources"]["StatsFunction"]["Properties"]["Timeout"] == 14
    assert "EngineVersion" in template["Resources"]["Database"]["Properties"]
    assert template["Globals"] == old["Globals"]
    for program in persistent():
        assert f"{program.title().replace('-', '')}Task" in template["Resources"]


def the_migration_can_be_left_out():
    made = Deployment(FIRST, "--skip-migration")
    assert made.status == 0 and not made.to("ecs run-task") and [one["Stage"] for one, _ in made.stacks()] == ["full"]


def refusals_come_before_anything_is_changed():
    for answers, more, words in [
        (FIRST | {"lambda get-account-settings": "400"}, [], "400 functions at once, 433 are needed"),
        (FIRST | {"secretsmanager describe-secret": {"error": "AccessDenied"}}, [], "AccessDenied"),
        (FIRST, ["--set", "Colour=red"], "Colour"),
        (FIRST, ["--set", "DomainName=bot.example.com"], "CertificateArn"),
        (FIRST, ["--set", "CertificateArn=arn:aws:acm:us-east-1:1:certificate/1"], "DomainName"),
        (FIRST, ["--set", "EndpointConcurrency=many"], "EndpointConcurrency: 'many' is no whole number"),
        (FIRST, ["--set", "SessionWorkers=0"], "SessionWorkers: 0 is less than 1"),
        (FIRST, ["--set", "DatabaseVersion=14"], "DatabaseVersion: '14' is none of 15, 16, 17"),
        (FIRST, ["--set", "LogDays=31"], "LogDays: '31' is none of 1, 3, 7"),
        (FIRST, ["--set", "CloudFrontPrefixList=none"], "CloudFrontPrefixList: 'none' is not as pl-.+"),
        (remembering(DomainName="bot.example.com"), [], "CertificateArn"),
        (FIRST, ["--packages", "/nowhere"], "infra/lambda/package"),
    ]:
        made = Deployment(answers, *more)
        assert made.status and words in made.errors.splitlines()[-1] and "Traceback" not in made.errors, made.errors
        assert not set(made.names) - set(STEPS[:4]), made.names
    few = {"lambda get-account-settings": "400"}
    assert Deployment(FIRST | few, "--set", "EndpointConcurrency=2").status == 0
    assert Deployment(remembering(EndpointConcurrency="2") | few).status == 0


def a_stack_that_cannot_be_used_is_said():
    """Before anything runs, with what to do."""
    for status, words in [("ROLLBACK_COMPLETE", "delete-stack --stack-name parley"), ("REVIEW_IN_PROGRESS", "delete-stack"),
                          ("ROLLBACK_FAILED", "could not be deleted")]:
        made = Deployment(remembering(status=status))
        assert made.status == 1 and status in made.errors and words in made.errors, made.errors
        assert "Traceback" not in made.errors and made.names == STEPS[:1], made.names
    for status in ["UPDATE_ROLLBACK_COMPLETE", "CREATE_COMPLETE", "UPDATE_COMPLETE"]:
        assert Deployment(remembering(status=status, Stage="base")).status == 0, status


def a_version_is_deployed_once():
    """What marks it: the digest of its packages at the beginning, `finished` at the end."""
    made = Deployment(FIRST)
    first, last = [call["arguments"][call["arguments"].index("--key") + 1] for call in made.to("s3api put-object")]
    assert re.fullmatch("parley/2/attempt-[0-9a-f]{64}", first) and last == "parley/2/finished", (first, last)
    assert made.names.index("s3api put-object") < made.names.index("s3 cp") and made.names[-1] == "s3api put-object"
    packages_there = ["parley/2/health.zip"]
    again = Deployment(holding(first, *packages_there))
    assert again.status == 0 and again.to("s3 cp"), again.errors
    for objects, words in [([first, last], "was deployed already"), (packages_there, "made of other packages"),
                           (["parley/2/attempt-0", *packages_there], "made of other packages")]:
        made = Deployment(holding(*objects))
        assert made.status == 1 and words in made.errors and made.names == STEPS[:3], (made.names, made.errors)
    failed = Deployment(FIRST | {"ecs describe-tasks": json.dumps({"status": "STOPPED", "code": 3, "reason": "x"})})
    assert len(failed.to("s3api put-object")) == 1, "it is not finished"


def holding(*keys):
    """What a deployment meets whose version has left objects in the bucket."""
    return FIRST | {"s3api list-objects-v2": json.dumps(keys)}


def empty_settings_are_said():
    made = Deployment(FIRST)
    lines = [line for line in made.output.splitlines() if "empty in parley/settings" in line]
    assert len(lines) == 2 and made.status == 0, made.output
    assert "TWILIO_AUTH_TOKEN: no webhooks" in lines[0] and "SECONDARY" not in made.output, lines
    assert "OPENAI_API_KEY" in lines[1] and "offline model" in lines[1], lines
    order = made.output.splitlines()
    assert order.index("# 1 the settings") < order.index(lines[0]) < order.index("# 2 the packages")
    kept = {name: "x" for name in names_that_the_template_reads()} | {"TWILIO_AUTH_TOKEN_SECONDARY": ""}
    there = FIRST | {"secretsmanager describe-secret": ARN}
    assert "empty in" not in Deployment(there | {"secretsmanager get-secret-value": json.dumps(kept)}).output
    one = kept | {name: "" for name in kept if name.endswith("_API_KEY")} | {"GROQ_API_KEY": "x"}
    assert "empty in" not in Deployment(there | {"secretsmanager get-secret-value": json.dumps(one)}).output
    none = Deployment(there | {"secretsmanager get-secret-value": json.dumps(kept | {"CRON_SECRET": ""})}).output
    assert "CRON_SECRET: what needs it fails" in none, none


if __name__ == "__main__":
    run(a_dry_run_prints_the_steps_in_order, a_first_deployment_goes_from_base_to_full, settings_are_made_and_shown_to_nobody,
        settings_that_are_there_are_kept, a_failed_migration_stops_it, a_migration_that_never_began_stops_it,
        a_migration_that_gets_no_task_stops_it, a_migration_that_hangs_stops_it, a_migration_that_cannot_be_watched_stops_it,
        what_runs_is_left_alone_until_the_migration_is_done, the_migration_can_be_left_out,
        refusals_come_before_anything_is_changed, a_stack_that_cannot_be_used_is_said, a_version_is_deployed_once,
        empty_settings_are_said)
