"""A report is read by a clerk: every check and every reason has a sentence in both languages."""

import re
import tomllib
from importlib.resources import files

import pytest
from ila_identity.signatures.report import (
    FAILED,
    INDETERMINATE,
    PASSED,
    Check,
    Checks,
    Finding,
    Report,
    SignatureReport,
)

PACKAGE = files("ila_identity.signatures")
TEXTS = tomllib.loads(PACKAGE.joinpath("texts.toml").read_text("utf-8"))
SOURCE = "\n".join(one.read_text("utf-8") for one in PACKAGE.iterdir() if one.name.endswith(".py"))
REASONS = set(re.findall(r'Finding\(\s*"([a-z0-9_]+)"', SOURCE))
REASONS |= set(re.findall(r'only\(.*"([a-z_]+)"\)', SOURCE)) | set(
    re.findall(r'\.note\("\w+", "(\w+)"', SOURCE)
)
REASONS |= {"unreadable", "signature_nested", "pdf_altered"}
CHECKS = set(re.findall(r'judge\(\s*"([a-z_]+)"', SOURCE)) | {"trusted_list"}


def report(*outcomes):
    signatures = tuple(SignatureReport("x", (Check("structure", one),), None, None) for one in outcomes)
    return Report((), signatures).outcome


def test_every_check_and_every_reason_has_its_texts_and_no_text_is_left_over():
    assert TEXTS["checks"].keys() == TEXTS["passed"].keys() == CHECKS
    assert TEXTS["reasons"].keys() == REASONS


@pytest.mark.parametrize("part", ["checks", "passed", "reasons"])
def test_both_languages_name_the_same_things(part):
    for code, texts in TEXTS[part].items():
        assert texts.keys() == {"lv", "en"}, code
        assert set(re.findall(r"{\w+}", texts["lv"])) == set(re.findall(r"{\w+}", texts["en"])), code


def test_a_sentence_says_what_was_checked_and_what_was_found():
    check = Check("files_covered", FAILED, "file_not_covered", {"name": "līgums.txt"})

    assert check.sentence("lv") == "Parakstītie faili: paraksts neaptver failu “līgums.txt”."
    assert check.sentence("en") == "Signed files: the signature does not cover the file “līgums.txt”."


def test_a_name_cannot_break_out_of_its_sentence():
    check = Check("archive", FAILED, "hostile_name", {"name": "a\n\u202egnp.exe" + "x" * 500})

    assert check.sentence("en").isprintable()
    assert len(check.sentence("en")) < 250


def test_the_outcome_is_the_worst_and_nothing_at_all_is_a_failure():
    assert report(PASSED) == PASSED
    assert report(PASSED, INDETERMINATE) == INDETERMINATE
    assert report(PASSED, INDETERMINATE, FAILED) == FAILED
    assert report() == FAILED


def test_an_error_that_nobody_expected_is_a_failed_check():
    checks = Checks()

    assert checks.judge("structure", lambda: [][0]) is None
    assert [(one.outcome, one.reason) for one in checks.made()] == [(FAILED, "unreadable")]


def test_a_finding_that_is_noted_stops_nothing():
    checks = Checks()

    def noted():
        raise Finding("no_answer", "noted")

    checks.judge("revocation", noted)
    assert (
        Report((), (SignatureReport("x", (Check("structure", PASSED), *checks.made()), None, None),)).outcome
        == PASSED
    )
