"""An image for containers, from scratch and without a daemon: an OCI image layout in a tar.

`skopeo copy oci-archive:FILE docker://REGISTRY/NAME` publishes it, `podman load` and `docker load` (25 and later) take it.
"""

import hashlib
import json

from archives import File, gzipped, tarred

CREATED = "1980-01-01T00:00:00Z"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
# Nobody's folder to write: a run writes where it is told to, into what is mounted.
USER = "65532:65532"


class Layout:
    """Blobs under their digests."""

    def __init__(self):
        self.files = {}

    def add(self, media_type, content):
        """Keeps the content, and gives its descriptor."""
        digest = hashlib.sha256(content).hexdigest()
        self.files[digest] = File(f"blobs/sha256/{digest}", content)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    def add_json(self, media_type, value):
        return self.add(media_type, json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def image(project, programs, certificates, documents):
    """The name of the archive, and its bytes. `programs`: by what registries call the processor."""
    layout = Layout()
    manifests = [
        add_platform(layout, project, architecture, program, certificates, documents)
        for architecture, program in sorted(programs.items())
    ]
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests}
    top = layout.add_json("application/vnd.oci.image.index.v1+json", index)
    top["annotations"] = {"org.opencontainers.image.ref.name": project.version}
    files = [
        File("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'),
        File("index.json", json.dumps({"schemaVersion": 2, "manifests": [top]}, sort_keys=True).encode()),
        *layout.files.values(),
    ]
    return f"detective-fleet-{project.version}-oci.tar", tarred(files)


def add_platform(layout, project, architecture, program, certificates, documents):
    files = [
        File("usr/bin/detective-fleet", program, executable=True),
        File("etc/ssl/certs/ca-certificates.crt", certificates),
        *[File(f"usr/share/doc/detective-fleet/{file.path}", file.content) for file in documents],
    ]
    unpacked = tarred(files)
    layer = layout.add("application/vnd.oci.image.layer.v1.tar+gzip", gzipped(unpacked))
    platform = {"architecture": architecture, "os": "linux"}
    settings = {
        **platform,
        "created": CREATED,
        "config": {
            "User": USER,
            "Entrypoint": ["/usr/bin/detective-fleet"],
            "Env": ["PATH=/usr/bin", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"],
            "WorkingDir": "/",
            "Labels": labels(project),
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(unpacked).hexdigest()}"]},
        "history": [{"created": CREATED, "comment": "the static program and the authorities that it trusts"}],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": layout.add_json("application/vnd.oci.image.config.v1+json", settings),
        "layers": [layer],
        "annotations": labels(project),
    }
    return {**layout.add_json(MANIFEST, manifest), "platform": platform}


def labels(project):
    return {
        "org.opencontainers.image.title": "detective-fleet",
        "org.opencontainers.image.description": project.description,
        "org.opencontainers.image.licenses": project.license,
        "org.opencontainers.image.version": project.version,
        "org.opencontainers.image.revision": project.commit,
    }
