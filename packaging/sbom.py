"""What is inside, for programs: a bill of materials in CycloneDX 1.6, made of Cargo.lock and cargo's own graph."""

import json
import uuid


def sbom(project, crates):
    """The document. Its serial number is that of its content, so that the same release has the same."""
    itself = f"pkg:cargo/detective-fleet@{project.version}"
    components = [component(crate) for crate in crates]
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": itself,
                "name": "detective-fleet",
                "version": project.version,
                "description": project.description,
                "licenses": [{"expression": project.license}],
                "purl": itself,
                "properties": [{"name": "commit", "value": project.commit}],
            },
        },
        "components": components,
        "dependencies": dependencies(project, itself, {crate.purl for crate in crates}),
    }
    content = json.dumps(document, sort_keys=True)
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}"
    return json.dumps(document, indent=2).encode() + b"\n"


def component(crate):
    return {
        "type": "library",
        "bom-ref": crate.purl,
        "name": crate.name,
        "version": crate.version,
        "purl": crate.purl,
        "hashes": [{"alg": "SHA-256", "content": crate.checksum}],
        # Old crates write MIT/Apache-2.0, which is not an expression of SPDX.
        **({"licenses": [{"expression": crate.license.replace("/", " OR ")}]} if crate.license else {}),
    }


def dependencies(project, itself, known):
    """Who needs whom. Crates of the workspace are parts of the program: what they need, it needs."""
    packages = {package["id"]: package for package in project.metadata["packages"]}

    def ref(identifier):
        package = packages[identifier]
        return f"pkg:cargo/{package['name']}@{package['version']}" if package["source"] else itself

    found = {itself: set(), **{purl: set() for purl in known}}
    for node in project.metadata["resolve"]["nodes"]:
        user = ref(node["id"])
        if user in found:
            needs = (ref(dependency["pkg"]) for dependency in node["deps"] if is_linked(dependency))
            found[user] |= {need for need in needs if need in known}
    return [{"ref": user, "dependsOn": sorted(needs - {user})} for user, needs in sorted(found.items())]


def is_linked(dependency):
    return any(kind["kind"] is None for kind in dependency["dep_kinds"])
