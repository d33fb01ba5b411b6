"""The translated stack on moto's server, a simulation of AWS: made as `base`, brought to `full`, not changed by the same
template, changed by a new version, deleted with nothing left behind.

Moto makes only some types of resources. The others are listed here by name; for them there is CloudFormation's own schema, in the
linter (generation.py)."""
import copy
import io
import json
import logging
import re
import zipfile

import boto3
from botocore.exceptions import ClientError
from moto.cloudformation.parsing import get_model_map
from moto.server import ThreadedMotoServer

from stack import invoked, run, translated

UNKNOWN_TO_MOTO = {
    "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage", "AWS::CloudFront::Distribution", "AWS::CloudFront::VpcOrigin",
    "AWS::CloudWatch::Alarm", "AWS::Lambda::EventInvokeConfig", "AWS::RDS::DBProxy", "AWS::RDS::DBProxyTargetGroup",
    "AWS::SNS::Subscription", "AWS::Scheduler::Schedule", "AWS::SecretsManager::Secret",
}
# Moto makes a database but no secret for its master.
UNKNOWN_ATTRIBUTES = {("Database", "MasterUserSecret.SecretArn")}
# Moto's `!Ref` of a parameter group is an object, which its database then can't read.
UNKNOWN_PROPERTIES = {("Database", "DBParameterGroupName")}

# Moto's stack makes them but doesn't take them away: here they are, in this order, before it goes. (Routes and rules go with
# what they are of.)
NOT_DELETED_BY_MOTO = {
    "AWS::ECS::Service": ("ecs", "delete_service", {"service": "{id}", "cluster": "{cluster}", "force": True}),
    "AWS::ECS::Cluster": ("ecs", "delete_cluster", {"cluster": "{id}"}),
    "AWS::ECS::TaskDefinition": ("ecs", "deregister_task_definition", {"taskDefinition": "{id}"}),
    "AWS::ElasticLoadBalancingV2::Listener": ("elbv2", "delete_listener", {"ListenerArn": "{id}"}),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("elbv2", "delete_target_group", {"TargetGroupArn": "{id}"}),
    "AWS::EC2::NatGateway": ("ec2", "delete_nat_gateway", {"NatGatewayId": "{id}"}),
    "AWS::EC2::EIP": ("ec2", "release_address", {"PublicIp": "{id}"}),
    "AWS::EC2::VPCEndpoint": ("ec2", "delete_vpc_endpoints", {"VpcEndpointIds": ["{id}"]}),
    "AWS::EC2::RouteTable": ("ec2", "delete_route_table", {"RouteTableId": "{id}"}),
    "AWS::EC2::VPCGatewayAttachment": (
        "ec2", "detach_internet_gateway", {"InternetGatewayId": "{gateway}", "VpcId": "{network}"}),
    "AWS::EC2::InternetGateway": ("ec2", "delete_internet_gateway", {"InternetGatewayId": "{id}"}),
}

REGION = "eu-central-1"
STACK, BUCKET = "parley", "packages"


# MARK: What moto gets

def for_moto(stage):
    """What moto knows of a stage. Conditions are decided here: moto's update adds nothing whose condition becomes true."""
    template = copy.deepcopy(translated())
    kept = {name: one for name, one in template["Resources"].items() if is_known(one) and (stage == "full" or not is_later(one))}
    for name, key in UNKNOWN_PROPERTIES:
        del kept[name]["Properties"][key]
    for one in kept.values():
        one.pop("Condition", None)
        one.pop("DependsOn", None)
        # Moto adds them by itself and takes that for a change later.
        one.setdefault("Properties", {})
    outputs = {name: one for name, one in template["Outputs"].items() if "Condition" not in one}
    return template | {"Resources": named(kept, kept), "Outputs": named(outputs, kept)}


def is_known(one):
    return one["Type"] not in UNKNOWN_TO_MOTO


def is_later(one):
    return "Condition" in one


def named(value, kept):
    """References to what moto doesn't make become texts; so do its secrets, which are not there to be resolved."""
    if isinstance(value, list):
        return [named(one, kept) for one in value]
    if not isinstance(value, dict):
        return value
    if is_lost(value.get("Ref"), None, kept):
        return f"ref-{value['Ref']}"
    if "Fn::GetAtt" in value and is_lost(*value["Fn::GetAtt"], kept):
        return "-".join(value["Fn::GetAtt"])
    if isinstance(value.get("Fn::Sub"), str):
        return {"Fn::Sub": re.sub(r"\$\{([\w:]+)(?:\.([\w.]+))?\}", lambda found: text(found, kept), value["Fn::Sub"])}
    return {key: named(one, kept) for key, one in value.items()}


def text(found, kept):
    return f"{found[1]}-{found[2] or 'ref'}" if is_lost(found[1], found[2], kept) else found[0]


def is_lost(name, attribute, kept):
    return name in translated()["Resources"] and (name not in kept or (name, attribute) in UNKNOWN_ATTRIBUTES)


# MARK: The simulation

class Simulation:
    def __init__(self):
        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        self.url = "http://{}:{}".format(*self.server.get_host_and_port())

    def __call__(self, service):
        return boto3.client(service, endpoint_url=self.url, region_name=REGION)

    def prepare(self):
        """What is there before the stack: packages and the settings."""
        empty = io.BytesIO()
        with zipfile.ZipFile(empty, "w") as archive:
            archive.writestr("bootstrap", "")
        self("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        for version in ["1", "2"]:
            for name in invoked():
                self("s3").put_object(Bucket=BUCKET, Key=f"{version}/{name}.zip", Body=empty.getvalue())
        names = set(re.findall(r"\$\{SettingsSecret\}:SecretString:(\w+)", json.dumps(translated())))
        settings = json.dumps({name: f"value of {name}" for name in names})
        self.settings = self("secretsmanager").create_secret(Name="settings", SecretString=settings)["ARN"]

    def parameters(self, stage, version):
        values = {"Stage": stage, "Version": version, "CodeBucket": BUCKET, "CodePrefix": version, "Image": f"parley:{version}",
                  "MigrationImage": f"parley:{version}", "SettingsSecret": self.settings, "CloudFrontPrefixList": "pl-0123456789"}
        return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]

    def put(self, change, stage, version="1"):
        change(StackName=STACK, TemplateBody=json.dumps(for_moto(stage)), Parameters=self.parameters(stage, version))
        status = self("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
        assert status in ["CREATE_COMPLETE", "UPDATE_COMPLETE"], status
        return self.resources()

    def resources(self):
        found = self("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
        return {one["LogicalResourceId"]: one.get("PhysicalResourceId") for one in found}

    def delete(self):
        made = self.resources()
        known = {"cluster": made["Cluster"], "gateway": made["InternetGateway"], "network": made["Network"]}
        for table in self("ec2").describe_route_tables()["RouteTables"]:
            for one in table["Associations"]:
                if not one["Main"]:
                    self("ec2").disassociate_route_table(AssociationId=one["RouteTableAssociationId"])
        for kind, (service, call, arguments) in NOT_DELETED_BY_MOTO.items():
            for name in [name for name, one in for_moto("full")["Resources"].items() if one["Type"] == kind]:
                getattr(self(service), call)(**filled(arguments, known | {"id": made[name]}))
        self("cloudformation").delete_stack(StackName=STACK)

    def clusters(self):
        ecs = self("ecs")
        return ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"] or ["none"])["clusters"]

    def left(self):
        """Of everything that a stack makes, what is there now."""
        ec2, iam = self("ec2"), self("iam")
        return {
            "functions": [one["FunctionName"] for one in self("lambda").list_functions()["Functions"]],
            "groups": [one["logGroupName"] for one in self("logs").describe_log_groups()["logGroups"]],
            "roles": [one["RoleName"] for one in iam.list_roles()["Roles"] if "/aws-service-role/" not in one["Path"]],
            "queues": self("sqs").list_queues().get("QueueUrls", []),
            "topics": self("sns").list_topics()["Topics"],
            "databases": [one["DBInstanceIdentifier"] for one in self("rds").describe_db_instances()["DBInstances"]],
            "parameters": [one["DBParameterGroupName"] for one in self("rds").describe_db_parameter_groups()["DBParameterGroups"]
                           if not one["DBParameterGroupName"].startswith("default.")],
            "clusters": [one["clusterArn"] for one in self.clusters() if one["status"] == "ACTIVE"],
            "tasks": self("ecs").list_task_definitions(status="ACTIVE")["taskDefinitionArns"],
            "balancers": self("elbv2").describe_load_balancers()["LoadBalancers"],
            "targets": self("elbv2").describe_target_groups()["TargetGroups"],
            "endpoints": [one["VpcEndpointId"] for one in ec2.describe_vpc_endpoints()["VpcEndpoints"]
                          if one["State"] != "deleted"],
            "routes": [one["RouteTableId"] for one in ec2.describe_route_tables()["RouteTables"]],
            "internet gateways": [one["InternetGatewayId"] for one in ec2.describe_internet_gateways()["InternetGateways"]],
            "networks": [one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]],
            "subnets": [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"] if not one["DefaultForAz"]],
            "gateways": [one["NatGatewayId"] for one in ec2.describe_nat_gateways()["NatGateways"] if one["State"] != "deleted"],
            "addresses": [one["AllocationId"] for one in ec2.describe_addresses()["Addresses"]],
            "security groups": [one["GroupId"] for one in ec2.describe_security_groups()["SecurityGroups"]
                                if one["GroupName"] != "default"],
        }


def filled(arguments, known):
    def text(value):
        if isinstance(value, list):
            return [text(one) for one in value]
        return value.format(**known) if isinstance(value, str) else value

    return {key: text(value) for key, value in arguments.items()}


# MARK: Checks

def every_type_is_known_or_listed():
    types = {one["Type"] for one in translated()["Resources"].values()}
    known = set(get_model_map())
    assert not types - known - UNKNOWN_TO_MOTO, f"neither known to moto nor listed: {types - known - UNKNOWN_TO_MOTO}"
    assert not UNKNOWN_TO_MOTO & known, f"moto knows {UNKNOWN_TO_MOTO & known} now"
    listed = UNKNOWN_TO_MOTO | NOT_DELETED_BY_MOTO.keys()
    assert not listed - types, f"listed, but not in the template: {listed - types}"


def the_stack_lives_and_dies():
    aws = Simulation()
    aws.prepare()
    before = aws.left()
    formation = aws("cloudformation")
    base = aws.put(formation.create_stack, "base")
    assert base.keys() == for_moto("base")["Resources"].keys(), base.keys() ^ for_moto("base")["Resources"].keys()
    assert not aws.left()["functions"] and len(aws.left()["tasks"]) == 1

    full = aws.put(formation.update_stack, "full")
    assert full.keys() == for_moto("full")["Resources"].keys(), full.keys() ^ for_moto("full")["Resources"].keys()
    assert all(full[name] == identity for name, identity in base.items()), "the base was made anew"
    assert sorted(aws.left()["functions"]) == sorted(f"{STACK}-{name}" for name in invoked())
    secrets_are_named(aws)

    nothing_changes(aws, full)
    aws.put(formation.update_stack, "full", version="2")
    assert aws("lambda").get_function(FunctionName=f"{STACK}-stats")["Configuration"]["Environment"]["Variables"][
        "PARLEY_VERSION"] == "2"

    aws.delete()
    left = {kind: found for kind, found in aws.left().items() if found != before[kind]}
    assert not left, left


def secrets_are_named(aws):
    """Moto leaves the last step, reading it, to whoever asks."""
    found = aws("lambda").get_function(FunctionName=f"{STACK}-run-jobs")["Configuration"]["Environment"]["Variables"]
    assert found["OPENAI_API_KEY"] == f"{{{{resolve:secretsmanager:{aws.settings}:SecretString:OPENAI_API_KEY}}}}", found


def nothing_changes(aws, full):
    """The same again: no resource would be touched."""
    formation = aws("cloudformation")
    try:
        formation.create_change_set(
            StackName=STACK, ChangeSetName="same", ChangeSetType="UPDATE", TemplateBody=json.dumps(for_moto("full")),
            Parameters=aws.parameters("full", "1"))
        changes = formation.describe_change_set(StackName=STACK, ChangeSetName="same")["Changes"]
        assert not changes, [one["ResourceChange"]["LogicalResourceId"] for one in changes]
    except ClientError as refusal:
        assert "No updates" in str(refusal), refusal
    assert aws.resources() == full


if __name__ == "__main__":
    run(every_type_is_known_or_listed, the_stack_lives_and_dies)
