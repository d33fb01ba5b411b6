"""What the template's parts, and the image, promise beside the declarations: nobody gets in who need not, data survives, alarms
ring, and the stage `base` runs nothing."""
import json
import os
import pathlib
import subprocess
import tempfile
import time

from stack import ROOT, function, invoked, of_type, persistent, properties, resource, run, translated


def the_network_lets_in_nobody_else():
    found = {(one["GroupId"]["Ref"], one["SourceSecurityGroupId"]["Ref"], one["FromPort"], one["ToPort"])
             for one in properties("AWS::EC2::SecurityGroupIngress")}
    assert found == {("ProxyGroup", "FunctionsGroup", 5432, 5432), ("ProxyGroup", "TasksGroup", 5432, 5432),
                     ("DatabaseGroup", "ProxyGroup", 5432, 5432), ("StreamGroup", "BalancerGroup", 8080, 8080)}, found
    for name, group in of_type("AWS::EC2::SecurityGroup").items():
        own = group["Properties"].get("SecurityGroupIngress", [])
        assert [one["SourcePrefixListId"] for one in own] == [{"Ref": "CloudFrontPrefixList"}] * (name == "BalancerGroup"), name
        assert group["Properties"]["SecurityGroupEgress"], f"{name} may speak to everybody"
        for one in group["Properties"]["SecurityGroupEgress"]:
            assert one.get("CidrIp") != "0.0.0.0/0" or one["FromPort"] == one["ToPort"] == 443, name


def nothing_has_a_public_address():
    for one in properties("AWS::ECS::Service"):
        network = one["NetworkConfiguration"]["AwsvpcConfiguration"]
        assert network["AssignPublicIp"] == "DISABLED" and {"Ref": "PublicSubnet"} not in network["Subnets"]
    (balancer,) = properties("AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Scheme"] == "internal"
    assert {"Ref": "PublicSubnet"} not in function("health")["VpcConfig"]["SubnetIds"]


def the_database_is_closed_and_kept():
    ((_, whole),) = of_type("AWS::RDS::DBInstance").items()
    database = whole["Properties"]
    assert database["PubliclyAccessible"] is False and database["StorageEncrypted"] is True
    assert database["DeletionProtection"] == {"Fn::If": ["Full", True, False]} and database["BackupRetentionPeriod"] == 7
    assert database["AllowMajorVersionUpgrade"] is True, "DatabaseVersion could not be changed"
    assert whole["DeletionPolicy"] == whole["UpdateReplacePolicy"] == "Snapshot"
    assert database["VPCSecurityGroups"] == [{"Ref": "DatabaseGroup"}]
    assert resource(database["DBParameterGroupName"])["Properties"]["Parameters"] == {"rds.force_ssl": "1"}


def connections_of_the_dead_come_back():
    """More than twice the five minutes in which a service's listening session says something, and no hours."""
    (proxy,) = properties("AWS::RDS::DBProxy")
    assert 600 < proxy["IdleClientTimeout"] <= 900, proxy["IdleClientTimeout"]


def everything_speaks_tls():
    uris = [text for text in strings(translated()) if "postgresql://" in text]
    assert len(uris) > len(invoked()) // 2 and all("?sslmode=verify-full&sslrootcert=/" in one for one in uris), uris
    (distribution,) = properties("AWS::CloudFront::Distribution")
    configuration = distribution["DistributionConfig"]
    behaviours = [configuration["DefaultCacheBehavior"], *configuration["CacheBehaviors"]]
    assert {one["ViewerProtocolPolicy"] for one in behaviours} == {"https-only"}
    assert "TLSv1.2_2021" in json.dumps(configuration["ViewerCertificate"])


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def nothing_is_kept_by_cloudfront():
    (distribution,) = properties("AWS::CloudFront::Distribution")
    configuration = distribution["DistributionConfig"]
    for one in [configuration["DefaultCacheBehavior"], *configuration["CacheBehaviors"]]:
        assert one["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "CachingDisabled"


def every_program_has_a_service_and_every_one_an_alarm():
    tasks = {resource(one["TaskDefinition"])["Properties"]["ContainerDefinitions"][0]["Name"]: one
             for one in properties("AWS::ECS::Service")}
    assert set(tasks) == set(persistent()), set(tasks) ^ set(persistent())
    assert all(one["DeploymentConfiguration"]["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
               for one in tasks.values())
    alarms = properties("AWS::CloudWatch::Alarm")
    assert all(one["AlarmActions"] == [{"Ref": "Alarms"}] and one["AlarmDescription"] for one in alarms)
    watched = json.dumps([one.get("Metrics", one.get("Dimensions")) for one in alarms])
    for name in invoked():
        assert f'"${{AWS::StackName}}-{name}"' in watched, f"nobody watches {name}"
    for name in persistent():
        assert f'["{name.title().replace("-", "")}Service", "Name"]' in watched, f"nobody watches {name}"


def the_image_never_opens_the_sandbox():
    """Neither does a host's file bring a command of its own."""
    lines = (ROOT / "infra/container/Containerfile").read_text().splitlines()
    (command,) = [json.loads(line.removeprefix("CMD ")) for line in lines if line.startswith("CMD ")]
    assert "--no-sandbox" in command and command[command.index("--address") + 1] == "0.0.0.0", command
    for name in ["render.yaml", "railway.json"]:
        assert "ommand" not in (ROOT / "infra/container" / name).read_text(), name
    readme = (ROOT / "infra/container/README.md").read_text()
    (block,) = [one for one in readme.split("```") if " --sandbox" in one]
    assert "--address 127.0.0.1 " in block and " -p " not in block, "published to the world"


def a_program_that_hangs_is_replaced():
    """Event streams are asked by their balancer; a session worker writes a file, whose age its own shell looks at."""
    tasks = {one["ContainerDefinitions"][0]["Name"]: one for one in properties("AWS::ECS::TaskDefinition")}
    (container,) = tasks["session-worker"]["ContainerDefinitions"]
    (file,) = [pair["Value"] for pair in container["Environment"] if pair["Name"] == "HEARTBEAT_FILE"]
    (mounted,) = container["MountPoints"]
    assert tasks.pop("session-worker")["Volumes"] == [{"Name": mounted["SourceVolume"]}], "ephemeral"
    assert file == "/var/lib/parley/alive" and mounted["ContainerPath"] == "/var/lib/parley" and mounted["ReadOnly"] is False
    # Whose the folder is in the image, his is the volume.
    image = (ROOT / "infra/container/Containerfile").read_text()
    assert "VOLUME /var/lib/parley\n" in image and "--home-dir /var/lib/parley --create-home" in image
    check = container["HealthCheck"]
    assert (check["Interval"], check["Retries"], check["StartPeriod"]) == (20, 3, 60) and check["Timeout"] < 20
    kind, command = check["Command"]
    assert kind == "CMD-SHELL" and [is_alive(command, age) for age in (None, 90, 62, 50, 0)] == [False] * 3 + [True] * 2
    assert not any("Volumes" in one or "HealthCheck" in one["ContainerDefinitions"][0] for one in tasks.values()), tasks.keys()


def is_alive(command, age):
    """What the check says of a file that is so many seconds old; of none, where it has no age."""
    with tempfile.TemporaryDirectory() as name:
        file = pathlib.Path(name, "alive")
        if age is not None:
            file.touch()
            os.utime(file, (time.time() - age,) * 2)
        return subprocess.run(
            ["sh", "-c", command], env=os.environ | {"HEARTBEAT_FILE": str(file)}, stderr=subprocess.DEVNULL).returncode == 0


def the_base_runs_nothing():
    base = {one["Type"] for one in translated()["Resources"].values() if "Condition" not in one}
    later = {"AWS::Lambda::Function", "AWS::ECS::Service", "AWS::ApiGatewayV2::Api", "AWS::CloudFront::Distribution",
             "AWS::Scheduler::Schedule", "AWS::CloudWatch::Alarm", "AWS::ElasticLoadBalancingV2::LoadBalancer"}
    assert not base & later, base & later
    needed = {"AWS::RDS::DBInstance", "AWS::RDS::DBProxy", "AWS::SecretsManager::Secret", "AWS::ECS::Cluster",
              "AWS::ECS::TaskDefinition", "AWS::EC2::NatGateway"}
    assert needed <= base, needed - base
    full = [name for name, one in translated()["Resources"].items() if one["Type"] in later and one["Condition"] != "Full"]
    assert not full, full


if __name__ == "__main__":
    run(the_network_lets_in_nobody_else, nothing_has_a_public_address, the_database_is_closed_and_kept,
        connections_of_the_dead_come_back, everything_speaks_tls, nothing_is_kept_by_cloudfront,
        every_program_has_a_service_and_every_one_an_alarm, the_image_never_opens_the_sandbox,
        a_program_that_hangs_is_replaced, the_base_runs_nothing)
