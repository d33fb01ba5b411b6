"""Values of the template's parameters, looked at before CloudFormation does: it says less, and half an hour later."""
import re


def mistakes(parameters, values):
    """Lines. `parameters` are nodes of the fragment, by name."""
    found = [f"{name}: {why}" for name, value in values.items() if name in parameters
             for why in wrong(constraints(parameters[name]), value)]
    if bool(values.get("DomainName")) != bool(values.get("CertificateArn")):
        missing = "CertificateArn" if values.get("DomainName") else "DomainName"
        found.append(f"DomainName and CertificateArn go together: {missing} is not set")
    return found


def constraints(parameter):
    """A list as a list, all else as text."""
    return {key.value: [one.value for one in value.value] if key.value == "AllowedValues" else value.value
            for key, value in parameter.value}


def wrong(rules, value):
    if rules["Type"] == "Number" and not re.fullmatch("-?[0-9]+", value):
        return [f"{value!r} is no whole number"]
    if "MinValue" in rules and int(value) < int(rules["MinValue"]):
        return [f"{value} is less than {rules['MinValue']}"]
    if "AllowedValues" in rules and value not in rules["AllowedValues"]:
        return [f"{value!r} is none of {', '.join(rules['AllowedValues'])}"]
    if "AllowedPattern" in rules and not re.fullmatch(rules["AllowedPattern"], value):
        return [f"{value!r} is not as {rules['AllowedPattern']}"]
    return []
