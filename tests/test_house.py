"""What docs/STYLE.md asks of the Rust sources and neither rustfmt nor clippy can check."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# A tuple that may stand in a parameter, as `file: function: parameter`, with the reason.
TUPLES_THAT_MAY_BE: dict[str, str] = {}

FUNCTION = re.compile(r"\bfn\s+(\w+)")
# A tuple taken apart in its place, or the type of a parameter, be it borrowed or optional.
TUPLE = re.compile(r"(mut )?(\(.*\)|\w+): (&('\w+ )?(mut )?|Option<)*\((?!dyn |impl )[^)]")


def closing(text: str, opening: int) -> int:
    """Where the bracket ends that begins there; the arrow of a function's type is none."""
    depth = 0
    for at in range(opening, len(text)):
        if text[at] in "([{<":
            depth += 1
        elif text[at] in ")]}" or (text[at] == ">" and text[at - 1] != "-"):
            depth -= 1
            if depth == 0:
                return at
    raise AssertionError(text[opening : opening + 80])


def parts(text: str) -> list[str]:
    """What commas divide outside brackets."""
    found, depth, begin = [], 0, 0
    for at, sign in enumerate(text):
        if sign in "([{<":
            depth += 1
        elif sign in ")]}" or (sign == ">" and text[at - 1] != "-"):
            depth -= 1
        elif sign == "," and depth == 0:
            found.append(text[begin:at])
            begin = at + 1
    return [" ".join(part.split()) for part in [*found, text[begin:]] if part.strip()]


def tuples_in_parameters(source: str) -> list[str]:
    found = []
    for function in FUNCTION.finditer(source):
        at = function.end()
        if source[at] == "<":
            at = closing(source, at) + 1
        if source[at] == "(":
            parameters = parts(source[at + 1 : closing(source, at)])
            found += [f"{function[1]}: {it}" for it in parameters if TUPLE.match(it)]
    return found


def test_a_tuple_in_a_parameter_is_found():
    source = """
        fn one((fleet, observation): (&Fleet, &Observation), n: u32) {}
        fn two<T: Fn(u8) -> u8>(
            place: &(Account, Region),
            other: Option<(&str, T)>,
        ) {}
        fn none(&self, pairs: &[(u8, u8)], error: &(dyn Error + Send), act: impl Fn((u8, u8)), n: ()) {}
    """
    assert tuples_in_parameters(source) == [
        "one: (fleet, observation): (&Fleet, &Observation)",
        "two: place: &(Account, Region)",
        "two: other: Option<(&str, T)>",
    ]


def test_no_tuple_stands_for_a_struct_in_a_parameter():
    files = sorted((ROOT / "crates").rglob("*.rs"))
    assert len(files) > 100
    found = {
        f"{file.relative_to(ROOT)}: {it}"
        for file in files
        for it in tuples_in_parameters(file.read_text())
    }
    assert found == set(TUPLES_THAT_MAY_BE), "name the parameters, or make the struct that is meant"


def test_a_folder_belongs_to_the_file_of_its_name():
    crates = sorted((ROOT / "crates").rglob("*.rs"))
    found = [str(it.relative_to(ROOT)) for it in crates if it.name == "mod.rs"]
    assert found == [], "name.rs has the modules of the folder name/"
