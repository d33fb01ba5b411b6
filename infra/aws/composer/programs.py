"""Programs that run all the time: what an ECS task of each is. Their services are in parts/services.yaml."""
from .declarations import DATABASE_ROLES
from .functions import DATABASE, allow, iam_role, log, login, resource
from .gateway import public_url
from .nodes import attribute, choice, ref, sub

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
PORT = 8080
# Of the image's user, and its volume: a folder that can be written on a read-only file system.
STATE = "/var/lib/parley"
# Seconds without a sign of life after which a program that serves no HTTP counts as dead.
SILENCE = 60
# Of Fargate with a quarter of a processor, in MB.
MEMORY = [512, 1024, 2048]


def resources(one):
    return {
        f"{one.logical}Task": task(one),
        f"{one.logical}Log": log(f"/parley/${{AWS::StackName}}/{one.name}"),
        f"{one.logical}TaskRole": resource("AWS::IAM::Role", task_role(one)),
        f"{one.logical}ExecutionRole": resource("AWS::IAM::Role", execution_role(one)),
    }


def task(one):
    made = resource("AWS::ECS::TaskDefinition", {
        "Family": sub(f"${{AWS::StackName}}-{one.name}"),
        "RequiresCompatibilities": ["FARGATE"],
        "NetworkMode": "awsvpc",
        "Cpu": "256",
        "Memory": str(next(size for size in MEMORY if size >= one.memoryMB)),
        "RuntimePlatform": {"CpuArchitecture": choice("IsArm", "ARM64", "X86_64"), "OperatingSystemFamily": "LINUX"},
        "TaskRoleArn": attribute(f"{one.logical}TaskRole", "Arn"),
        "ExecutionRoleArn": attribute(f"{one.logical}ExecutionRole", "Arn"),
        "ContainerDefinitions": [container(one)],
    })
    if not one.forward:
        made["Properties"]["Volumes"] = [{"Name": "state"}]
    return made


def container(one):
    made = {
        "Name": one.name,
        "Image": ref("Image"),
        "EntryPoint": [f"/opt/parley/bin/{one.name}"],
        # The image's own command is for its own entry point.
        "Command": [],
        "Essential": True,
        "ReadonlyRootFilesystem": True,
        # Fargate knows no `no-new-privileges`; without capabilities, and not as root (the image's user), nothing is left to gain.
        "LinuxParameters": {"Capabilities": {"Drop": ["ALL"]}},
        "Ulimits": [{"Name": "nofile", "SoftLimit": one.files, "HardLimit": one.files}],
        "StopTimeout": 30,
        "Environment": [{"Name": key, "Value": value} for key, value in variables(one).items()],
        "Secrets": secrets(one),
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {
            "awslogs-group": ref(f"{one.logical}Log"), "awslogs-region": ref("AWS::Region"),
            "awslogs-stream-prefix": one.name}},
    }
    if one.forward:
        made["PortMappings"] = [{"ContainerPort": PORT}]
    else:
        made |= sign_of_life()
    return made


def sign_of_life():
    """Nothing can be asked over HTTP, so the program writes HEARTBEAT_FILE after each round of its work, every few seconds. When
    it stops, ECS replaces the task."""
    command = f"test -n \"$(find \"$HEARTBEAT_FILE\" -newermt '{SILENCE} seconds ago')\""
    return {
        "MountPoints": [{"SourceVolume": "state", "ContainerPath": STATE, "ReadOnly": False}],
        "HealthCheck": {
            "Command": ["CMD-SHELL", command], "Interval": 20, "Timeout": 5, "Retries": 3, "StartPeriod": 60},
    }


def variables(one):
    found = {
        "DATABASE_URL": sub(f"postgresql://{one.database}@{DATABASE}{CERTIFICATES}"),
        "PARLEY_SECRETS": one.declared_secrets,
        "PARLEY_FUNCTION_PREFIX": sub("${AWS::StackName}-"),
        "PARLEY_VERSION": ref("Version"),
        "PUBLIC_URL": public_url(),
        "AWS_REGION": ref("AWS::Region"),
        "SSL_CERT_FILE": CERTIFICATES,
    }
    if one.forward:
        found |= {"PORT": str(PORT), "LISTEN_ADDRESS": "0.0.0.0"}
    else:
        found["HEARTBEAT_FILE"] = f"{STATE}/alive"
    return found | one.env


def secrets(one):
    """libpq takes the password from PGPASSWORD where the URI has none."""
    return [{"Name": "PGPASSWORD", "ValueFrom": sub(f"${{{login(one.database)}}}:password::")}] + [
        {"Name": name, "ValueFrom": sub(f"${{SettingsSecret}}:{name}::")} for name in one.settings]


def task_role(one):
    statements = [allow(["lambda:InvokeFunction"], sub(
        "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-run-jobs"))]
    made = iam_role("ecs-tasks.amazonaws.com", statements)
    if not one.wakes:
        del made["Policies"]
    return made


def execution_role(one):
    readable = [ref(login(one.database))] + ([ref("SettingsSecret")] if one.settings else [])
    return iam_role("ecs-tasks.amazonaws.com", [
        allow(["secretsmanager:GetSecretValue"], readable),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], attribute(f"{one.logical}Log", "Arn")),
        *image_pulls(),
    ])


def image_pulls():
    """Of any repository of this account and region: CloudFormation can't cut the repository's name out of the parameter, which may
    end in a tag or a digest, have slashes within, or name another registry."""
    return [
        allow(["ecr:GetAuthorizationToken"], "*"),
        allow(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
              sub("arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/*")),
    ]


# MARK: Database roles

def logins():
    """A secret per database role, with the password that `parley migrate` gives it."""
    return {login(name): {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {
            "Description": f"Password of the database role {name}",
            "GenerateSecretString": {
                "SecretStringTemplate": f'{{"username":"{name}"}}', "GenerateStringKey": "password",
                "PasswordLength": 32, "ExcludePunctuation": True},
        },
    } for name in DATABASE_ROLES}


def login_arns():
    return [ref(login(name)) for name in DATABASE_ROLES]


def proxy_logins():
    """Whom the proxy lets in: the roles, and the master for migrations."""
    return [{
        "AuthScheme": "SECRETS", "IAMAuth": "DISABLED", "ClientPasswordAuthType": "POSTGRES_SCRAM_SHA_256", "SecretArn": secret,
    } for secret in login_arns() + [attribute("Database", "MasterUserSecret.SecretArn")]]


def migration_secrets():
    return [{"Name": "PGPASSWORD", "ValueFrom": sub("${Database.MasterUserSecret.SecretArn}:password::")}] + [
        {"Name": f"{name.upper()}_PASSWORD", "ValueFrom": sub(f"${{{login(name)}}}:password::")} for name in DATABASE_ROLES]
