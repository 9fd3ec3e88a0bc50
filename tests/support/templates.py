"""The templates as data."""

import json

import yaml

from support import ROOT

DEPLOY = ROOT / "deploy"
TEMPLATES = sorted(DEPLOY.glob("*.yaml"))


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Reads `!Ref x` as {"Ref": x}."""


def tagged(loader, suffix, node):
    read = {"scalar": loader.construct_scalar, "sequence": loader.construct_sequence, "mapping": loader.construct_mapping}
    value = read[node.id](node) if node.id == "scalar" else read[node.id](node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", tagged)


def load(name):
    return read((DEPLOY / name).read_text())


def machine():
    """The definition of the state machine."""
    return json.loads((DEPLOY / "state-machine.asl.json").read_text())


def read(text):
    """With its functions in one form, of the several that they have."""
    return plain(yaml.load(text, Loader))


def plain(value):
    if isinstance(value, list):
        return [plain(it) for it in value]
    if not isinstance(value, dict):
        return value
    return {key: ".".join(it) if key == "Fn::GetAtt" and isinstance(it, list) else plain(it) for key, it in value.items()}


def resources(template, kind):
    return {name: it["Properties"] for name, it in template["Resources"].items() if it["Type"] == kind}


def statements(template):
    """All statements that allow something to roles and people."""
    for name, it in template["Resources"].items():
        properties = it["Properties"]
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        if it["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            documents.append(properties["PolicyDocument"])
        for document in documents:
            for statement in document["Statement"]:
                yield name, granted(statement)


def granted(statement):
    """A statement, whether a parameter has to ask for it or not."""
    return statement["Fn::If"][1] if "Fn::If" in statement else statement


def listed(value):
    return value if isinstance(value, list) else [value]


def actions(template, role):
    found = [listed(statement["Action"]) for name, statement in statements(template) if name == role]
    return sorted(action for group in found for action in group)
