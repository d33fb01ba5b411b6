"""What the world may ask for: the HTTP API's routes, and CloudFront's behaviours for programs that serve HTTP themselves."""
import re

from .declarations import route
from .functions import arn
from .nodes import attribute, choice, ref, sub

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def definition(functions):
    """OpenAPI 3.0.1. Each function is one integration that its routes refer to: an API may have 300 integrations."""
    paths = {}
    for one, found in sorted(((one, route(text)) for one in functions for text in one.routes), key=place):
        item = paths.setdefault(found.path, parameters(found.path))
        method = "x-amazon-apigateway-any-method" if found.method == "ANY" else found.method.lower()
        item[method] = {
            "responses": {"default": {"description": one.name}},
            "x-amazon-apigateway-integration": {"$ref": f"#/components/x-amazon-apigateway-integrations/{one.name}"},
        }
    return {
        "openapi": "3.0.1",
        "info": {"title": ref("AWS::StackName"), "version": "1"},
        "paths": paths,
        "components": {"x-amazon-apigateway-integrations": {
            one.name: integration(one) for one in functions if one.routes}},
    }


def place(pair):
    return pair[1].path, pair[1].method


def parameters(path):
    names = re.findall(r"\{(\w+)\+?\}", path)
    named = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    return {"parameters": named} if named else {}


def integration(one):
    api = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
    return {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "payloadFormatVersion": "2.0",
        "uri": sub(f"{api}/{arn(one)}/invocations"),
    }


def public_url():
    """Of the operator's own name, or of the one that CloudFront gives. The API names functions by arns that are written out, so
    functions may wait for the distribution that stands before them."""
    host = choice("HasDomain", ref("DomainName"), attribute("Distribution", "DomainName"))
    return sub(["https://${Host}", {"Host": host}])


def behaviours(programs):
    """A stream must be neither kept nor gathered up for compression."""
    return [{
        "PathPattern": re.sub(r"\{\w+\+?\}", "*", route(text).path),
        "TargetOriginId": one.name,
        "ViewerProtocolPolicy": "https-only",
        "AllowedMethods": ["GET", "HEAD", "OPTIONS"],
        "CachePolicyId": CACHING_DISABLED,
        "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST_HEADER,
        "Compress": False,
    } for one in programs for text in one.forward]
