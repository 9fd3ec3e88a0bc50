"""A Debian package, made without dpkg."""

from archives import File, ar, gzipped, tarred


def deb(project, architecture, files):
    """The name of the package, and its bytes. `files` lie where their paths say, below `/`."""
    control = [
        "Package: detective-fleet",
        f"Version: {project.version}-1",
        f"Architecture: {architecture}",
        f"Maintainer: {project.maintainer}",
        f"Installed-Size: {sum(len(file.content) for file in files) // 1024 + 1}",
        "Section: admin",
        "Priority: optional",
        # The program is static; without them it trusts nobody, and AWS cannot be reached.
        "Recommends: ca-certificates",
        f"Description: {project.description.rstrip('.')}",
        " An account list goes in; every account is invited by the administrator and",
        " accepts, in every Region. Running it again does only what is missing.",
        "",
    ]
    packed = ar([
        File("debian-binary", b"2.0\n"),
        File("control.tar.gz", gzipped(tarred([File("control", "\n".join(control).encode())], "./"))),
        File("data.tar.gz", gzipped(tarred(files, "./"))),
    ])
    return f"detective-fleet_{project.version}-1_{architecture}.deb", packed
