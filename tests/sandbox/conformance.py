"""Checks what a service answers against botocore's model of that service.

Every answer is walked along the shape that the model declares for it: a member that is not in the
model, a value of another type, a text that does not fit its pattern, and an error that the
operation does not declare all fail the test.
"""

import json
import re
import xml.etree.ElementTree as xml

# Errors that all services have in common, which no model declares.
COMMON = {
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidAction",
    "InvalidClientTokenId",
    "MissingAuthenticationTokenException",
    "Throttling",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationError",
}
# The one operation whose model has no error for a request that does not fit.
UNDECLARED = {("CreateGraph", "ValidationException")}


def watch(client):
    """Makes a client check everything that it gets."""
    client.meta.events.register("before-parse.*.*", _check)


def _check(operation_model, response_dict, **_):
    status, headers, body = (response_dict[key] for key in ("status_code", "headers", "body"))
    assert headers["x-amzn-requestid"], "every answer has a request id"
    protocol = operation_model.service_model.protocol
    if protocol == "query":
        _check_xml(operation_model, status, xml.fromstring(body))
    elif status < 300:
        _check_answer(operation_model, status, body)
    else:
        _check_error(operation_model, status, headers, json.loads(body))


def _check_answer(operation_model, status, body):
    assert status == operation_model.http.get("responseCode", 200)
    shape = operation_model.output_shape
    if shape is None or not shape.members:
        assert body == b"", f"{operation_model.name} answers nothing"
    else:
        walk(shape, json.loads(body), operation_model.name)


def _check_error(operation_model, status, headers, body):
    code = headers["x-amzn-errortype"]
    declared = {shape.name: shape for shape in operation_model.error_shapes}
    if code in declared:
        shape = declared[code]
        # The JSON 1.1 protocol has 400 for everything that its models name no status for.
        assert status == shape.metadata.get("error", {}).get("httpStatusCode", 400)
        walk(shape, {k: v for k, v in body.items() if k != "__type"}, code)
        assert any(name.lower() == "message" for name in body)
    else:
        assert code in COMMON or (operation_model.name, code) in UNDECLARED, (
            f"{operation_model.name} does not declare {code}"
        )


def _check_xml(operation_model, status, document):
    namespace = "{" + operation_model.service_model.metadata["xmlNamespace"] + "}"
    name = document.tag.removeprefix(namespace)
    if status >= 300:
        code = document.find(f"{namespace}Error/{namespace}Code").text
        declared = {s.metadata["error"].get("code", s.name) for s in operation_model.error_shapes}
        assert name == "ErrorResponse" and code in declared | COMMON, code
        return
    shape = operation_model.output_shape
    assert name == f"{operation_model.name}Response"
    result = document.find(namespace + shape.serialization["resultWrapper"])
    _walk_xml(shape, result, namespace)


def _walk_xml(shape, element, namespace):
    if shape.type_name != "structure":
        text = element.text or ""
        return walk(shape, int(text) if shape.type_name == "integer" else text, element.tag)
    names = [child.tag.removeprefix(namespace) for child in element]
    assert set(names) <= set(shape.members), f"{set(names) - set(shape.members)} not in {shape.name}"
    assert set(shape.required_members) <= set(names)
    for name, child in zip(names, element):
        _walk_xml(shape.members[name], child, namespace)


def walk(shape, value, path):
    """Checks a value against its shape."""
    assert value is not None, f"{path} is null"
    CHECKS[shape.type_name](shape, value, path)


def _structure(shape, value, path):
    wire_names = {m.serialization.get("name", name): (name, m) for name, m in shape.members.items()}
    wire_names = {n: m for n, m in wire_names.items() if "location" not in m[1].serialization}
    assert isinstance(value, dict), path
    assert set(value) <= set(wire_names), f"{path}: {set(value) - set(wire_names)} not in {shape.name}"
    names = {wire_names[wire_name][0] for wire_name in value}
    assert set(shape.required_members) <= names, f"{path}: missing {set(shape.required_members) - names}"
    for wire_name, member in value.items():
        walk(wire_names[wire_name][1], member, f"{path}.{wire_name}")


def _list(shape, value, path):
    assert isinstance(value, list), path
    _range(shape, len(value), path, least=0)
    for index, item in enumerate(value):
        walk(shape.member, item, f"{path}[{index}]")


def _map(shape, value, path):
    assert isinstance(value, dict), path
    # A resource without tags has an empty map of them although the shape wants one at least.
    _range(shape, len(value), path, least=0)
    for key, item in value.items():
        walk(shape.key, key, path)
        walk(shape.value, item, f"{path}[{key}]")


def _string(shape, value, path):
    assert isinstance(value, str), f"{path}: {value!r}"
    _range(shape, len(value), path)
    pattern = shape.metadata.get("pattern")
    if pattern and shape.name != "arnType":  # STS writes that one for another dialect.
        # The models write for Java, where \d and \w mean ASCII.
        assert re.fullmatch(pattern.strip("^$"), value, re.ASCII), f"{path}: {value!r} is not {pattern}"
    if shape.enum:
        assert value in shape.enum, f"{path}: {value!r}"


def _timestamp(shape, value, path):
    if shape.serialization.get("timestampFormat") == "iso8601":
        assert isinstance(value, str), f"{path}: {value!r}"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value), f"{path}: {value!r}"


def _integer(shape, value, path):
    assert isinstance(value, int) and not isinstance(value, bool), f"{path}: {value!r}"
    _range(shape, value, path)


def _boolean(shape, value, path):
    assert isinstance(value, bool), f"{path}: {value!r}"


def _double(shape, value, path):
    assert isinstance(value, (int, float)), f"{path}: {value!r}"


def _range(shape, found, path, least=None):
    low = shape.metadata.get("min") if least is None else least
    assert low is None or found >= low, f"{path}: {found} < {low}"
    high = shape.metadata.get("max")
    assert high is None or found <= high, f"{path}: {found} > {high}"


CHECKS = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "timestamp": _timestamp,
    "integer": _integer,
    "long": _integer,
    "boolean": _boolean,
    "double": _double,
}
