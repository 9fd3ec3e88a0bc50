"""`validate`: the file alone, no credentials, no network."""

import codecs

import pytest

from support import ROOT

GOOD = "111111111111,a@example.com\n"


def test_the_example_is_a_good_file(run):
    run("validate", ROOT / "examples/accounts.csv").ended(0)


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + GOOD.encode(),
        codecs.BOM_UTF8 * 3 + GOOD.encode(),
        GOOD.encode("utf-16"),
        codecs.BOM_UTF16_BE + GOOD.encode("utf-16-be"),
        GOOD.replace("\n", "\r\n").encode(),
        b'"Account ID","Email address","Status"\r\n"111111111111","a@example.com","Enabled"\r\n',
        b"# ours\n\n 111111111111 ; a@example.com \n",
        GOOD.strip().encode(),
    ],
    ids=["bom", "boms", "utf-16-le", "utf-16-be", "crlf", "console", "semicolon", "no newline"],
)
def test_a_file_of_any_spreadsheet_is_read(run, write, content):
    run("validate", write(content)).ended(0)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("12345678901,b@example.com", ["leading zero", "012345678901"]),
        ("1.23457E+11,b@example.com", ["1.23457E+11", "digits are lost"]),
        ("１２３４５６７８９０１２,b@example.com", ["full-width", "123456789012"]),
        ("1234-5678-9012,b@example.com", ["123456789012"]),
        ("1234567890123,b@example.com", ["13 digits"]),
        ("222222222222", ["e-mail", "missing"]),
        ("222222222222,nobody", ["e-mail"]),
        (f"222222222222,{'x' * 53}@example.com", ["65", "64"]),
        ("b@example.com,222222222222", ["swapped"]),
        ("111111111111,b@example.com", ["another e-mail"]),
        ('"222222222222,b@example.com', ["quote"]),
        ("2222\x002222222,b@example.com", ["NUL"]),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_what_to_do(run, write, line, words):
    file = write(f"# head\n{GOOD}\n{line}\n333333333333,c@example.com\n")
    result = run("validate", file).ended(3)
    assert "line 4: " in result.output
    for word in words:
        assert word in result.output


def test_the_json_names_the_bad_lines(run, write):
    result = run("validate", write(f"{GOOD}x\n"), "--output", "json").ended(3)
    report = result.json()
    assert [bad["line"] for bad in report["invalid_lines"]] == [2]
    assert report["invalid_lines"][0]["reason"]


def test_a_duplicate_is_merged_with_a_note(run, write):
    result = run("validate", write(GOOD + GOOD.upper())).ended(0)
    assert "line 2" in result.output


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty"]),
        (b"\n\n# nobody\n", ["account"]),
        (b"12345,a@example.com\n", ["line 1: "]),
        (bytes(range(256)) * 4, ["binary"]),
        (b"PK\x03\x04" + bytes(200), ["spreadsheet", "CSV"]),
    ],
    ids=["empty", "only comments", "no good line", "binary", "xlsx"],
)
def test_a_file_without_one_good_line_is_refused(run, write, content, words):
    run("validate", write(content)).refused("accounts.csv", *words)


def test_no_file_and_a_directory_are_refused(run, tmp_path):
    run("validate", tmp_path / "none.csv").refused("none.csv")
    run("validate", tmp_path).refused(tmp_path.name)


def test_a_wrong_flag_is_bad_usage(run, write):
    run("validate", write(GOOD), "--no-such-flag").refused("--no-such-flag")
    run("no-such-command").refused("no-such-command")
