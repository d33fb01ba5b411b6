"""Functions that are invoked: the function, its log, its role, who may invoke it, when it is invoked, its alarm."""
from .nodes import attribute, ref, sub

CERTIFICATES = "/var/task/lib/ca-certificates.crt"
DATABASE = "${Proxy.Endpoint}:5432/parley?sslmode=verify-full&sslrootcert="
# Lambda's least.
LEAST_MEMORY = 128
# EventBridge Scheduler's and Lambda's most, of which Lambda's is the smaller.
OLDEST_EVENT = 21600


def resources(one):
    made = {
        f"{one.logical}Function": function(one),
        f"{one.logical}Log": log(f"/aws/lambda/${{AWS::StackName}}-{one.name}"),
        f"{one.logical}Role": role(one),
        f"{one.logical}Alarm": alarm(one),
    }
    if one.routes:
        made[f"{one.logical}Permission"] = permission(one)
    for schedule in one.schedules:
        made[f"{one.logical}{schedule['name'].title().replace('-', '')}Schedule"] = scheduled(one, schedule)
    return made


def resource(kind, properties):
    return {"Type": kind, "Condition": "Full", "Properties": properties}


def name(one):
    return sub(f"${{AWS::StackName}}-{one.name}")


def arn(one):
    """Written out, so that the API and roles may name a function before it is there."""
    return f"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:${{AWS::StackName}}-{one.name}"


def function(one):
    properties = {
        "FunctionName": name(one),
        "Description": one.description,
        "CodeUri": {"Bucket": ref("CodeBucket"), "Key": sub(f"${{CodePrefix}}/{one.name}.zip")},
        "Handler": one.handler,
        "MemorySize": max(one.memoryMB, LEAST_MEMORY),
        "Timeout": one.timeoutSeconds,
        "ReservedConcurrentExecutions": concurrency(one),
        "Role": attribute(f"{one.logical}Role", "Arn"),
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": ref(f"{one.logical}Log")},
        "Environment": {"Variables": variables(one)},
    }
    if one.is_invoked_later:
        properties["EventInvokeConfig"] = {
            "MaximumRetryAttempts": one.maximumRetryAttempts,
            "MaximumEventAgeInSeconds": min(one.maximumEventAgeSeconds, OLDEST_EVENT),
            "DestinationConfig": {
                "OnFailure": {"Type": "SQS", "Destination": attribute("FailedEvents", "Arn")}},
        }
    return resource("AWS::Serverless::Function", properties)


def concurrency(one):
    """`concurrency` counts processes of one machine that a queue stands before. Lambda has no queue for requests: beyond the
    reserved number they are refused (429), so it counts requests at once."""
    parameter = concurrency_parameter(one)
    return ref(parameter) if parameter else 1


def concurrency_parameter(one):
    if one.has_queue or one.database == "parley_inbound":
        return "WebhookConcurrency"
    if one.name == "run-jobs":
        return "JobConcurrency"
    return "EndpointConcurrency" if one.routes and one.concurrency > 1 else None


def variables(one):
    found = {"PARLEY_SECRETS": one.declared_secrets}
    if one.routes:
        # Long, and an environment may have 4 KB: not beside the model keys of run-jobs.
        found["TRUSTED_PROXIES"] = ref("TrustedProxies")
    if one.uses_database:
        password = f"{{{{resolve:secretsmanager:${{{login(one.database)}}}:SecretString:password}}}}"
        found["DATABASE_URL"] = sub(f"postgresql://{one.database}:{password}@{DATABASE}{CERTIFICATES}")
    for setting in one.settings:
        found[setting] = sub(f"{{{{resolve:secretsmanager:${{SettingsSecret}}:SecretString:{setting}}}}}")
    return found | one.env


def login(database_role):
    """The secret with a database role's password."""
    return "".join(part.capitalize() for part in database_role.split("_")) + "Login"


def log(group):
    return resource("AWS::Logs::LogGroup", {"LogGroupName": sub(group), "RetentionInDays": ref("LogDays")})


def role(one):
    statements = [
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], attribute(f"{one.logical}Log", "Arn")),
        *network_interfaces(one),
    ]
    if one.wakes:
        statements.append(allow(["lambda:InvokeFunction"], sub(
            "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-run-jobs")))
    if one.is_invoked_later:
        statements.append(allow(["sqs:SendMessage"], attribute("FailedEvents", "Arn")))
    return resource("AWS::IAM::Role", iam_role("lambda.amazonaws.com", statements))


def iam_role(service, statements):
    return {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]},
        "Policies": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}],
    }


def allow(actions, resource_name):
    return {"Effect": "Allow", "Action": actions, "Resource": resource_name}


def network_interfaces(one):
    """Lambda attaches functions to the VPC with the function's role; the function's own code is refused the same calls."""
    actions = [f"ec2:{call}" for call in [
        "CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface",
        "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"]]
    by_the_code = {"ArnEquals": {"lambda:SourceFunctionArn": sub(arn(one))}}
    return [allow(actions, "*"), {"Effect": "Deny", "Action": actions, "Resource": "*", "Condition": by_the_code}]


def permission(one):
    return resource("AWS::Lambda::Permission", {
        "Action": "lambda:InvokeFunction",
        "FunctionName": ref(f"{one.logical}Function"),
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": sub("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"),
    })


def scheduled(one, schedule):
    return resource("AWS::Scheduler::Schedule", {
        "Name": sub(f"${{AWS::StackName}}-{one.name}-{schedule['name']}"),
        "State": "ENABLED" if schedule.get("enabled", True) else "DISABLED",
        "ScheduleExpression": schedule["expression"],
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": attribute(f"{one.logical}Function", "Arn"),
            "RoleArn": attribute("SchedulesRole", "Arn"),
            "Input": "{}",
            "RetryPolicy": {
                "MaximumRetryAttempts": one.maximumRetryAttempts,
                "MaximumEventAgeInSeconds": min(one.maximumEventAgeSeconds, OLDEST_EVENT)},
            "DeadLetterConfig": {"Arn": attribute("FailedEvents", "Arn")},
        },
    })


def alarm(one):
    """Errors and refusals together: one alarm per function keeps their number that of the functions."""
    return resource("AWS::CloudWatch::Alarm", {
        "AlarmDescription": f"{one.name} failed or was refused five times in five minutes. Read its log group; when the metric "
                            "Throttles rose, raise its reserved concurrency (infra/aws/README.md, \"Concurrency\").",
        "Metrics": [
            metric("errors", "Errors", one), metric("throttles", "Throttles", one),
            {"Id": "failing", "Expression": "FILL(errors, 0) + FILL(throttles, 0)", "Label": "errors and throttles"}],
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 5,
        "TreatMissingData": "notBreaching",
        "AlarmActions": [ref("Alarms")],
    })


def metric(identifier, metric_name, one):
    dimensions = [{"Name": "FunctionName", "Value": name(one)}]
    counted = {"Namespace": "AWS/Lambda", "MetricName": metric_name, "Dimensions": dimensions}
    return {"Id": identifier, "MetricStat": {"Metric": counted, "Period": 300, "Stat": "Sum"}, "ReturnData": False}
