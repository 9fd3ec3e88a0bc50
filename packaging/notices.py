"""What others wrote, and the terms: every licence text that a crate in a binary comes with."""

from collections import defaultdict

# A crate that comes without a file still has its terms; those who wrote the texts wrote them for everybody.
NAMES = ("license", "licence", "copying", "copyright", "notice", "unlicense")


def notices(crates):
    """One text; crates that come with the same one share it."""
    sharing = defaultdict(list)
    without = []
    for crate in crates:
        found = texts(crate)
        for text in found:
            sharing[text].append(crate)
        if not found:
            without.append(crate)
    parts = ["detective-fleet contains the crates of others that are named here, under their terms.\n"]
    parts += [f"{crate.name} {crate.version}: {crate.license} {crate.repository}".rstrip() for crate in crates]
    for text, users in sorted(sharing.items(), key=lambda it: it[1][0].purl):
        names = ", ".join(f"{crate.name} {crate.version}" for crate in users)
        parts += ["", "=" * 80, names, "=" * 80, "", text]
    if without:
        parts += ["", "=" * 80, "These come without a text of their own; their terms are those named above."]
        parts += [f"{crate.name} {crate.version}: {crate.license}" for crate in without]
    return "\n".join(parts) + "\n"


def texts(crate):
    files = sorted(file for file in crate.folder.iterdir() if file.is_file() and file.name.lower().startswith(NAMES))
    return [file.read_text(errors="replace").replace("\r\n", "\n").strip() for file in files]
