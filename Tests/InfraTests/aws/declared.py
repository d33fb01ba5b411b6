"""Everything that a function.json declares is in the template, and nothing beside it."""
import json
import re

from stack import ROOT, declared, function, invoked, of_type, persistent, properties, resource, run, translated

SETTING = re.compile(r"\{\{resolve:secretsmanager:\$\{SettingsSecret\}:SecretString:(\w+)\}\}")
LOGIN = re.compile(r"postgresql://(\w+):\{\{resolve:secretsmanager:\$\{(\w+)\}:SecretString:password\}\}@\$\{Proxy\.Endpoint\}"
                   r":5432/parley\?sslmode=verify-full&sslrootcert=/var/task/lib/ca-certificates\.crt")


def swift(path, pattern):
    return re.findall(pattern, (ROOT / path).read_text(), re.M)


def model_keys():
    names = swift("Core/Domain/ModelProviderName.swift", r"^    case (openai.*)$")[0]
    return {f"{name.upper()}_API_KEY" for name in names.split(", ")}


def secrets(one):
    """The variables that a declaration's secrets are. Instead of the Invoke API's address there is a right to invoke."""
    named = [secret for secret in one.get("secrets", []) if secret != "PARLEY_INVOKE_URL"]
    return {name for secret in named for name in (model_keys() if secret == "MODEL_API_KEYS" else [secret])}


def declared_names(one):
    """What a process is told that it may read."""
    return ",".join(sorted(secrets(one) | {"PARLEY_INVOKE_URL"} & set(one.get("secrets", [])))) or "-"


def database_roles():
    found = swift("Core/Store/Migrating/DatabaseRole.swift", r'^    case \w+ = "(parley_\w+)"')
    assert len(found) > 5
    return found


def login_of(reference):
    """The database role whose password a secret has."""
    made = resource(reference)["Properties"]["GenerateSecretString"]
    assert made["PasswordLength"] == 32 and made["ExcludePunctuation"] is True and made["GenerateStringKey"] == "password"
    return json.loads(made["SecretStringTemplate"])["username"]


# MARK: Functions

def functions_are_those_that_are_declared():
    names = {one["FunctionName"]["Fn::Sub"] for one in properties("AWS::Lambda::Function")}
    assert names == {f"${{AWS::StackName}}-{name}" for name in invoked()}, names
    for name, one in invoked().items():
        found = function(name)
        assert found["Runtime"] == "provided.al2023" and found["Handler"] == "bootstrap", name
        assert found["MemorySize"] == max(128, one.get("memoryMB", 128)), name
        assert found["Timeout"] == one.get("timeoutSeconds", 3), name
        assert found["Architectures"] == [{"Ref": "Architecture"}], name
        assert found["Code"] == {
            "S3Bucket": {"Ref": "CodeBucket"}, "S3Key": {"Fn::Sub": f"${{CodePrefix}}/{name}.zip"}}, name
        assert found["VpcConfig"]["SecurityGroupIds"] == [{"Ref": "FunctionsGroup"}], name


def concurrency_is_reserved():
    for name, one in invoked().items():
        if "queue" in one or one.get("database") == "parley_inbound":
            wanted = {"Ref": "WebhookConcurrency"}
        elif name == "run-jobs":
            wanted = {"Ref": "JobConcurrency"}
        else:
            wanted = {"Ref": "EndpointConcurrency"} if one["routes"] and one["concurrency"] > 1 else 1
        assert function(name)["ReservedConcurrentExecutions"] == wanted, name


def logs_are_their_own_and_end():
    groups = of_type("AWS::Logs::LogGroup").values()
    assert all(one["Properties"]["RetentionInDays"] == {"Ref": "LogDays"} for one in groups)
    for name in invoked():
        logging = function(name)["LoggingConfig"]
        group = resource(logging["LogGroup"])["Properties"]["LogGroupName"]
        assert logging["LogFormat"] == "JSON" and group == {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{name}"}, name


# MARK: Routes and schedules

def routes_are_those_that_are_declared():
    wanted = {text: name for name, one in invoked().items() for text in one["routes"]}
    assert len(wanted) == sum(len(one["routes"]) for one in invoked().values()), "a route is declared twice"
    found, (api,) = {}, properties("AWS::ApiGatewayV2::Api")
    body = api["Body"]
    assert body["openapi"] == "3.0.1"
    for path, item in body["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            method = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            found[f"{method} {path}"] = called(body, operation["x-amazon-apigateway-integration"]["$ref"])
        assert [one["name"] for one in item.get("parameters", [])] == re.findall(r"\{(\w+)\+?\}", path), path
    assert found == wanted, set(found.items()) ^ set(wanted.items())


def called(body, reference):
    at = body
    for step in reference.removeprefix("#/").split("/"):
        at = at[step]
    assert at["type"] == "aws_proxy" and at["payloadFormatVersion"] == "2.0" and at["httpMethod"] == "POST"
    return re.search(r":function:\$\{AWS::StackName\}-([\w-]+)/invocations$", at["uri"]["Fn::Sub"])[1]


def one_permission_lets_the_api_in():
    functions = of_type("AWS::Lambda::Function")
    found = []
    for one in properties("AWS::Lambda::Permission"):
        assert one["Principal"] == "apigateway.amazonaws.com" and one["Action"] == "lambda:InvokeFunction"
        assert one["SourceArn"]["Fn::Sub"].endswith(":${Api}/*"), one
        found.append(functions[one["FunctionName"]["Ref"]]["Properties"]["FunctionName"]["Fn::Sub"].split("}-")[1])
    assert sorted(found) == sorted(name for name, one in invoked().items() if one["routes"]), found


def streams_go_to_their_program():
    (distribution,) = properties("AWS::CloudFront::Distribution")
    configuration = distribution["DistributionConfig"]
    found = {(one["PathPattern"], one["TargetOriginId"]) for one in configuration["CacheBehaviors"]}
    wanted = {(text.split(" ")[1], name) for name, one in persistent().items() for text in one.get("forward", [])}
    assert found == wanted and wanted, found
    assert not any(one["Compress"] for one in configuration["CacheBehaviors"])
    assert {one["Id"] for one in configuration["Origins"]} == {"functions"} | {name for _, name in wanted}


def schedules_are_those_that_are_declared():
    wanted = {(name, one["name"], one["expression"], json.dumps(one.get("input", {})))
              for name, function_ in invoked().items() for one in function_["schedules"]}
    found, allowed = set(), set()
    for one in properties("AWS::Scheduler::Schedule"):
        target = one["Target"]
        name = resource(target["Arn"])["Properties"]["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        schedule = one["Name"]["Fn::Sub"].removeprefix(f"${{AWS::StackName}}-{name}-")
        found.add((name, schedule, one["ScheduleExpression"], json.dumps(json.loads(target["Input"]))))
        allowed.add(name)
        assert one["FlexibleTimeWindow"] == {"Mode": "OFF"} and one["State"] == "ENABLED"
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 21600 and target["DeadLetterConfig"]
        assert target["RoleArn"] == {"Fn::GetAtt": ["SchedulesRole", "Arn"]}
    assert found == wanted and len(wanted) > 2, found ^ wanted
    assert who_may_invoke()["SchedulesRole"] == allowed


def failures_of_events_are_kept():
    (queue,) = properties("AWS::SQS::Queue")
    assert queue["SqsManagedSseEnabled"] is True and queue["MessageRetentionPeriod"] == 14 * 86400
    found = {}
    for one in properties("AWS::Lambda::EventInvokeConfig"):
        name = resource(one["FunctionName"])["Properties"]["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        found[name] = one["MaximumRetryAttempts"], one["MaximumEventAgeInSeconds"]
        assert one["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["FailedEvents", "Arn"]}
        assert "sqs:SendMessage" in json.dumps(resource(function(name)["Role"]))
    wanted = {name: (one.get("maximumRetryAttempts", 2), one.get("maximumEventAgeSeconds", 21600))
              for name, one in invoked().items() if one["schedules"] or one.get("wakeOnly")}
    assert found == wanted, found


# MARK: Secrets and rights

def functions_have_the_secrets_that_they_declare():
    for name, one in invoked().items():
        variables = function(name)["Environment"]["Variables"]
        found = set()
        for key, value in variables.items():
            text = value["Fn::Sub"] if isinstance(value, dict) and isinstance(value.get("Fn::Sub"), str) else ""
            if key == "DATABASE_URL":
                role, secret = LOGIN.fullmatch(text).groups()
                assert role == one["database"] == login_of({"Ref": secret}), (name, role)
            elif "resolve" in json.dumps(value):
                assert SETTING.fullmatch(text)[1] == key, (name, key, text)
            else:
                continue
            found.add(key)
        assert found == secrets(one), (name, found ^ secrets(one))
        assert variables["PARLEY_SECRETS"] == declared_names(one), name


def variables_are_those_that_functions_read():
    for name in invoked():
        variables = function(name)["Environment"]["Variables"]
        plain = {"SSL_CERT_FILE", "LD_LIBRARY_PATH", "GNUTLS_NO_IMPLICIT_INIT", "PARLEY_VERSION", "PUBLIC_URL",
                 "TWILIO_ACCOUNT_SID", "DASHBOARD_USERNAME", "SIGN_UP", "NUMBER_PURCHASES", "PARLEY_SECRETS"}
        if invoked()[name]["routes"]:
            plain.add("TRUSTED_PROXIES")
        assert set(variables) - secrets(invoked()[name]) == plain, name
        assert variables["SSL_CERT_FILE"] == "/var/task/lib/ca-certificates.crt"
        assert variables["LD_LIBRARY_PATH"] == "/var/task/lib", "no library of the image before the package's"


def programs_have_the_secrets_that_they_declare():
    containers = {one["ContainerDefinitions"][0]["Name"]: (one, one["ContainerDefinitions"][0])
                  for one in properties("AWS::ECS::TaskDefinition")}
    assert set(containers) == set(persistent()) | {"migrate"}, set(containers)
    for name, one in persistent().items():
        task, container = containers[name]
        variables = {pair["Name"]: pair["Value"] for pair in container["Environment"]}
        found = {pair["Name"]: pair["ValueFrom"]["Fn::Sub"] for pair in container["Secrets"]}
        login = re.fullmatch(r"\$\{(\w+)\}:password::", found.pop("PGPASSWORD"))[1]
        assert login_of({"Ref": login}) == one["database"], name
        assert variables["DATABASE_URL"]["Fn::Sub"].startswith(f"postgresql://{one['database']}@${{Proxy.Endpoint}}:5432/"), name
        assert found == {key: f"${{SettingsSecret}}:{key}::" for key in secrets(one) - {"DATABASE_URL"}}, name
        assert variables["PARLEY_SECRETS"] == declared_names(one), name
        assert variables["PARLEY_FUNCTION_PREFIX"] == {"Fn::Sub": "${AWS::StackName}-"}, name
        assert container["EntryPoint"] == [f"/opt/parley/bin/{name}"] and container["ReadonlyRootFilesystem"] is True, name
        files = one.get("files", 1024)
        assert container["Ulimits"] == [{"Name": "nofile", "SoftLimit": files, "HardLimit": files}], name
        assert int(task["Memory"]) >= one["memoryMB"] and container["StopTimeout"] == 30, name
        assert ("HEARTBEAT_FILE" in variables) is ("HealthCheck" in container) is ("PORT" not in variables), name
        readable = statements(resource(task["ExecutionRoleArn"]), "secretsmanager:GetSecretValue")
        assert readable == [[{"Ref": login}] + [{"Ref": "SettingsSecret"}] * bool(found)], name


def the_migration_has_every_roles_password():
    (task,) = [one for one in properties("AWS::ECS::TaskDefinition") if one["ContainerDefinitions"][0]["Name"] == "migrate"]
    container = task["ContainerDefinitions"][0]
    found = {pair["Name"]: pair["ValueFrom"]["Fn::Sub"] for pair in container["Secrets"]}
    assert found.pop("PGPASSWORD") == "${Database.MasterUserSecret.SecretArn}:password::"
    named = {key: login_of({"Ref": re.fullmatch(r"\$\{(\w+)\}:password::", value)[1]}) for key, value in found.items()}
    assert named == {f"{role.upper()}_PASSWORD": role for role in database_roles()}, named
    assert container["Command"] == ["migrate", "--root", "/opt/parley"]


def the_proxy_lets_in_the_roles_and_the_master():
    (proxy,) = properties("AWS::RDS::DBProxy")
    master = {"Fn::GetAtt": ["Database", "MasterUserSecret.SecretArn"]}
    arns = [one["SecretArn"] for one in proxy["Auth"]]
    assert master in arns and proxy["RequireTLS"] is True
    assert [login_of(one) for one in arns if one != master] == database_roles()
    assert statements(resource(proxy["RoleArn"]), "secretsmanager:GetSecretValue") == [
        [one for one in arns if one != master], master]


def no_secret_is_written_out():
    texts = json.dumps(translated())
    assert not re.search(r"postgresql://\w+:(?!\{\{resolve:)", texts), "a password in a URI"
    for name, value in variables_of_all():
        if re.search("PASSWORD|SECRET_KEYS|SESSION_SECRET|CRON_SECRET|TOKEN|API_KEY", name):
            assert "{{resolve:secretsmanager:" in json.dumps(value), name
    for name in translated()["Parameters"]:
        assert name == "SettingsSecret" or not re.search("Password|Secret|Token|Key", name), f"the parameter {name}"
    (database,) = properties("AWS::RDS::DBInstance")
    assert database["ManageMasterUserPassword"] is True and "MasterUserPassword" not in database


def variables_of_all():
    for one in properties("AWS::Lambda::Function"):
        yield from one["Environment"]["Variables"].items()
    for task in properties("AWS::ECS::TaskDefinition"):
        for container in task["ContainerDefinitions"]:
            yield from ((pair["Name"], pair["Value"]) for pair in container["Environment"])


def statements(role, action):
    """What a role may do an action to, statement by statement."""
    return [one["Resource"] for policy in role["Properties"].get("Policies", [])
            for one in policy["PolicyDocument"]["Statement"]
            if one["Effect"] == "Allow" and action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])]


def who_may_invoke():
    """Roles by their logical names, with the functions that each may invoke."""
    found = {}
    for name, role in of_type("AWS::IAM::Role").items():
        for allowed in statements(role, "lambda:InvokeFunction"):
            arns = allowed if isinstance(allowed, list) else [allowed]
            found[name] = {re.search(r":function:\$\{AWS::StackName\}-([\w-]+)$", arn["Fn::Sub"])[1] for arn in arns}
    return found


def only_those_that_wake_run_jobs_may_invoke_it():
    waking = {name: code_wakes(name) for name in declared()}
    assert sum(waking.values()) > 3, waking
    found = who_may_invoke()
    found.pop("SchedulesRole")
    assert set(map(frozenset, found.values())) == {frozenset({"run-jobs"})}, found
    wanted = {f"{logical(name)}{'TaskRole' if name in persistent() else 'Role'}" for name, wakes in waking.items() if wakes}
    assert set(found) == wanted, set(found) ^ wanted


def logical(name):
    return name.title().replace("-", "")


def code_wakes(name):
    """In the function's own folder; what run-jobs consists of is in Core/Jobs."""
    folders = ["Functions/" + logical(name)] + ["Core/Jobs"] * (name == "run-jobs")
    code = "\n".join(path.read_text() for folder in folders for path in (ROOT / folder).rglob("*.swift"))
    # `queue(` of Core/API/Call+Caller.swift wakes too.
    return bool(re.search(r"wakeRunner\(|invoke\.wake\(|(await |call\.)queue\(", code))


def rights_are_narrow():
    everywhere = {"ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
                  "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
                  "ecr:GetAuthorizationToken"}
    for name, role in of_type("AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in role["Properties"], name
        for policy in role["Properties"].get("Policies", []):
            for one in policy["PolicyDocument"]["Statement"]:
                actions = {one["Action"]} if isinstance(one["Action"], str) else set(one["Action"])
                assert not any("*" in action for action in actions), (name, actions)
                assert one["Resource"] != "*" or actions <= everywhere, (name, actions)
    roles = [json.dumps(function(name)["Role"]) for name in invoked()]
    assert len(set(roles)) == len(roles), "two functions share a role"


def everything_declared_is_known_to_this_check():
    known = {"name", "description", "routes", "schedules", "timeoutSeconds", "memoryMB", "files", "concurrency", "warm", "queue",
             "secrets", "database", "wakeOnly", "connections", "persistent", "forward", "maximumRetryAttempts",
             "maximumEventAgeSeconds"}
    for name, one in declared().items():
        assert set(one) <= known, f"{name} declares {set(one) - known}, which nothing here looks at"


if __name__ == "__main__":
    run(everything_declared_is_known_to_this_check, functions_are_those_that_are_declared, concurrency_is_reserved,
        logs_are_their_own_and_end, routes_are_those_that_are_declared, one_permission_lets_the_api_in,
        streams_go_to_their_program, schedules_are_those_that_are_declared, failures_of_events_are_kept,
        functions_have_the_secrets_that_they_declare, variables_are_those_that_functions_read,
        programs_have_the_secrets_that_they_declare, the_migration_has_every_roles_password,
        the_proxy_lets_in_the_roles_and_the_master, no_secret_is_written_out, only_those_that_wake_run_jobs_may_invoke_it,
        rights_are_narrow)
