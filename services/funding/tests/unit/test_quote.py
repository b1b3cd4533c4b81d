"""A quote: its steps, sentences and hash, and which trainings have none."""

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_funding.domain.calculation import amount, calculate
from ila_funding.domain.errors import (
    CeilingNotApplicable,
    HoursOutOfRange,
    UnknownContinuingProgramme,
    WrongNumberOfParts,
)
from ila_funding.domain.quote import quote, quote_hash
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.parameters import load_methodologies
from ila_kit.canonical import canonical
from ila_kit.events import to_json

METHODOLOGY = load_methodologies().versions[0]
CONTINUING = "Datorsistēmas, datubāzes un datortīkli"
SPACE = "\N{NO-BREAK SPACE}"

parts = st.builds(Part, st.text(min_size=1, max_size=20), st.integers(1, 2_000))
sets = st.builds(
    lambda kind, chosen, ceiling: Training(
        kind=kind,
        parts=tuple(chosen),
        continuing_programme=CONTINUING if ceiling and kind is Kind.MODULE_SET else None,
    ),
    st.sampled_from([Kind.MODULE_SET, Kind.STUDY_MODULE]),
    st.lists(parts, min_size=1, max_size=40),
    st.booleans(),
)
singles = st.builds(
    lambda kind, part: Training(kind=kind, parts=(part,)),
    st.sampled_from([Kind.MODULE, Kind.STUDY_COURSE]),
    parts,
)
trainings = sets | singles


def of(kind: str, *hours: int, continuing_programme: str | None = None) -> Training:
    named = tuple(Part(f"Daļa {number}", each) for number, each in enumerate(hours, 1))
    return Training(kind=Kind(kind), parts=named, continuing_programme=continuing_programme)


@pytest.mark.parametrize(
    ("training", "amount", "rules"),
    [
        (of("module", 167), "427.43", ["BR-702"]),
        (of("study_course", 160), "412.13", ["BR-701"]),
        (of("study_module", 80, 160), "824.13", ["BR-701", "BR-701", "BR-703"]),
        (of("module_set", 34, 136), "608.99", ["BR-702", "BR-702", "BR-704"]),
        (
            of("module_set", 34, 136, continuing_programme=CONTINUING),
            "608.99",
            ["BR-702", "BR-702", "BR-704", "BR-705"],
        ),
        (
            of("module_set", 245, 245, 244, 46, 45, 45, 45, 45, continuing_programme=CONTINUING),
            "2127.19",
            ["BR-702"] * 8 + ["BR-704", "BR-705"],
        ),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Training) else None,
)
def test_each_kind_is_priced_by_its_rules(training, amount, rules):
    priced = quote(training, METHODOLOGY)
    assert priced.amount == Decimal(amount)
    assert [step.rule for step in priced.steps] == rules
    assert all("1-2e/24/254" in step.source for step in priced.steps)


def test_the_statement_of_34_and_136_hours_shows_the_comparison_with_the_ceiling():
    step = quote(of("module_set", 34, 136, continuing_programme=CONTINUING), METHODOLOGY).steps[-1]
    assert (step.inputs["sum"], step.inputs["ceiling"]) == (Decimal("608.99"), Decimal("2127.19"))
    assert step.result == Decimal("608.99")
    assert not step.cap_applied
    assert f"608,99 < 2{SPACE}127,19" in step.sentence_lv
    assert "608.99 < 2,127.19" in step.sentence_en


def test_the_sentences_are_plain_latvian_and_english():
    short, capped, summed, ceiling = quote(
        of("module_set", 34, 136, continuing_programme=CONTINUING), METHODOLOGY
    ).steps
    assert short.sentence_lv.replace(SPACE, " ") == (
        "Modulis «Daļa 1»: 34 stundas × 5,34 € = 181,56 €."
        " Tas nepārsniedz viena moduļa lielāko summu 427,43 €, tāpēc maksā 181,56 €."
    )
    assert capped.sentence_lv.replace(SPACE, " ") == (
        "Modulis «Daļa 2»: 136 stundas × 5,34 € = 726,24 €."
        " Par vienu moduli maksā ne vairāk kā 427,43 €, tāpēc maksā 427,43 €."
    )
    assert summed.sentence_lv.replace(SPACE, " ") == (
        "Par moduļu kopu maksā tās moduļu summu: 181,56 € + 427,43 € = 608,99 €."
    )
    assert ceiling.sentence_lv.replace(SPACE, " ") == (
        f"Par moduļu kopu nemaksā vairāk kā profesionālās tālākizglītības programmas «{CONTINUING}»"
        " vienas vienības izmaksas, kas ir 2 127,19 €."
        " Summa tās nepārsniedz (608,99 < 2 127,19), tāpēc maksā 608,99 €."
    )
    assert capped.sentence_en == (
        "Module “Daļa 2”: 136 hours × €5.34 = €726.24. One module pays at most €427.43, so it pays €427.43."
    )


@pytest.mark.parametrize(("hours", "words"), [(1, "1 stunda"), (21, "21 stunda"), (34, "34 stundas")])
def test_hours_are_counted_as_latvian_does(hours, words):
    sentence = quote(of("study_course", hours), METHODOLOGY).steps[0].sentence_lv
    assert sentence.replace(SPACE, " ").startswith(f"Studiju kurss «Daļa 1»: {words} × 5,15 €")


def test_a_set_above_the_ceiling_says_that_it_pays_only_the_ceiling():
    step = quote(of("module_set", *[81] * 5, continuing_programme=CONTINUING), METHODOLOGY).steps[-1]
    assert step.cap_applied
    assert f"(2{SPACE}137,15 > 2{SPACE}127,19), tāpēc maksā tikai 2{SPACE}127,19{SPACE}€." in step.sentence_lv
    assert "(2,137.15 > 2,127.19), so it pays only €2,127.19." in step.sentence_en


def test_a_sum_that_equals_the_ceiling_is_not_capped():
    level = replace(
        METHODOLOGY,
        continuing_programmes=(replace(METHODOLOGY.continuing_programmes[0], ceiling=Decimal("608.99")),),
    )
    step = quote(of("module_set", 34, 136, continuing_programme=CONTINUING), level).steps[-1]
    assert not step.cap_applied
    assert "(608.99 = 608.99)" in step.sentence_en


@given(trainings)
def test_the_last_step_is_the_amount_and_each_step_follows_from_those_it_uses(training):
    priced = quote(training, METHODOLOGY)
    by_number = {step.number: step for step in priced.steps}
    assert list(by_number) == list(range(1, len(priced.steps) + 1))
    assert priced.amount == priced.steps[-1].result
    for step in priced.steps:
        assert all(used < step.number for used in step.uses)
        if step.rule in ("BR-703", "BR-704"):
            assert step.result == sum(by_number[used].result for used in step.uses)
    used = [number for step in priced.steps for number in step.uses]
    assert sorted(used) == list(range(1, len(priced.steps)))


@given(trainings)
def test_the_amount_is_what_the_rule_says(training):
    priced = quote(training, METHODOLOGY)
    assert tuple(step.result for step in priced.steps) == calculate(training, METHODOLOGY)
    assert priced.amount == amount(training, METHODOLOGY)


@given(trainings)
def test_every_amount_of_a_formula_ends_in_its_result(training):
    for step in quote(training, METHODOLOGY).steps:
        assert re.findall(r"[0-9]+\.[0-9]{2}", step.formula)[-1] == str(step.result)


@given(trainings)
def test_equal_questions_have_equal_bytes(training):
    again = replace(training, parts=tuple(replace(part) for part in training.parts))
    assert canonical(to_json(quote(training, METHODOLOGY))) == canonical(to_json(quote(again, METHODOLOGY)))


def test_the_hash_is_known_so_that_no_release_changes_it_unseen():
    priced = quote(of("module_set", 34, 136, continuing_programme=CONTINUING), METHODOLOGY)
    assert priced.hash == "630e89cb300dfa876c52f6cf98d6ea2d60212dd48d2cc30a373098aa9c0be7ed"


@pytest.mark.parametrize(
    "other",
    [
        of("module_set", 136, 34, continuing_programme=CONTINUING),
        of("module_set", 34, 136),
        of("module_set", 34, 135, continuing_programme=CONTINUING),
        of("study_module", 34, 136),
    ],
)
def test_another_question_has_another_hash(other):
    asked = of("module_set", 34, 136, continuing_programme=CONTINUING)
    assert quote(asked, METHODOLOGY).hash != quote(other, METHODOLOGY).hash


def test_another_version_has_another_hash_even_with_the_same_amount():
    asked, corrected = of("module", 167), replace(METHODOLOGY, version="1-2e/24/254-1")
    assert quote(asked, METHODOLOGY).hash != quote(asked, corrected).hash


def test_mended_wording_keeps_the_hash():
    asked = of("module", 167)
    priced = quote(asked, METHODOLOGY)
    mended = [replace(step, sentence_lv="Citiem vārdiem.") for step in priced.steps]
    assert quote_hash(asked, priced.methodology, mended) == priced.hash


def test_a_replay_of_a_stored_quote_gives_its_bytes():
    asked = of("module_set", 34, 136, continuing_programme=CONTINUING)
    stored = json.dumps(to_json(quote(asked, METHODOLOGY)), ensure_ascii=False)
    version = json.loads(stored)["methodology"]["version"]
    replayed = quote(asked, load_methodologies().by_version(version))
    assert json.dumps(to_json(replayed), ensure_ascii=False) == stored


@pytest.mark.parametrize(("kind", "count"), [("module", 2), ("study_course", 2), ("module_set", 41)])
def test_too_many_parts_are_refused(kind, count):
    with pytest.raises(WrongNumberOfParts):
        of(kind, *[10] * count)


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
def test_a_training_without_parts_is_refused(kind):
    with pytest.raises(WrongNumberOfParts):
        of(kind)


@pytest.mark.parametrize("hours", [0, -1, 2_001, 10**30, True, 1.0, 7.5, "34", None, float("nan")])
def test_hours_that_are_no_whole_number_in_range_are_refused(hours):
    with pytest.raises(HoursOutOfRange):
        of("module", hours)


@pytest.mark.parametrize("kind", ["module", "study_course", "study_module"])
def test_only_a_set_of_modules_has_a_continuing_programme(kind):
    with pytest.raises(CeilingNotApplicable):
        of(kind, 34, continuing_programme=CONTINUING)


def test_an_unknown_continuing_programme_is_refused():
    with pytest.raises(UnknownContinuingProgramme):
        quote(of("module_set", 34, continuing_programme="Grāmatvedība"), METHODOLOGY)


@pytest.mark.parametrize(
    "spelling", ["datorsistēmas, datubāzes un datortīkli", " Datorsistēmas,  datubāzes un datortīkli "]
)
def test_case_and_spaces_of_a_continuing_programme_do_not_matter(spelling):
    assert quote(of("module_set", 34, continuing_programme=spelling), METHODOLOGY).steps[-1].rule == "BR-705"
