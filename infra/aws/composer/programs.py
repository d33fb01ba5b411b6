"""Programs that run all the time: what an ECS task of each is. Their services are in parts/services.yaml."""
from .declarations import DATABASE_ROLES
from .functions import DATABASE, allow, iam_role, log, login, resource
from .gateway import public_url
from .nodes import attribute, choice, ref, sub

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
PORT = 8080
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
    return resource("AWS::ECS::TaskDefinition", {
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
        "StopTimeout": 30,
        "Environment": [{"Name": key, "Value": value} for key, value in variables(one).items()],
        "Secrets": secrets(one),
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {
            "awslogs-group": ref(f"{one.logical}Log"), "awslogs-region": ref("AWS::Region"),
            "awslogs-stream-prefix": one.name}},
    }
    if one.forward:
        made["PortMappings"] = [{"ContainerPort": PORT}]
    return made


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
