"""Each requirement of an offer with its outcome and where one knows it from."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from ila_catalog.domain.dossiers import Dossier
from ila_catalog.domain.findings import experience_readings, findings
from ila_catalog.domain.offers import Attachment
from ila_catalog.domain.places import Place
from ila_catalog.domain.programmes import Part
from ila_kit.events import to_json
from ila_kit.ids import uuid7

TODAY = date(2024, 10, 10)
AT = datetime(2024, 10, 1, 9, 0, tzinfo=UTC)
PROOF = {"register": "viis_addresses", "observed_at": AT, "legal_basis": "x", "hash": "1" * 64}


def paper(kind):
    return Attachment(
        id=uuid7(),
        subject_kind="offer",
        subject_id=uuid7(),
        kind=kind,
        name="a.pdf",
        media_type="application/pdf",
        size=1,
        sha256=kind[-1] * 64,
        created_by="x",
        created_at=AT,
    )


@pytest.fixture
def dossier(world, call_data):
    """An offer of a module that meets every requirement."""
    parts = [replace(part, digital_hours=part.hours) for part in world.programme.parts]
    place = Place(
        id=uuid7(),
        organisation_id=world.provider.id,
        text="x",
        state="matched",
        address="Kalnsētas iela 24",
        territory="LV-088",
        territory_name="Saldus novads",
        provenance=PROOF,
        version=2,
        created_at=AT,
        updated_at=AT,
    )
    programme = replace(
        world.programme,
        state="complete",
        parts=parts,
        place_id=place.id,
        learning_need_id=call_data.learning_needs[2].id,
    )
    return Dossier(
        offer=world.offer,
        call=world.call,
        programme=programme,
        provider=world.provider,
        place=place,
        attachments=[paper(kind) for kind in ("annex_2", "annex_3", "annex_4", "curriculum")],
        facts={
            register: replace(fact, hash="2" * 64, legal_basis="MK 506")
            for register, fact in world.unit.facts.of(world.provider.id).items()
        },
    )


def judged(dossier):
    return {one.code: one for one in findings(dossier, TODAY)}


def facts(finding, kind):
    return [one.facts for one in finding.provenance if one.kind == kind]


def test_every_requirement_of_the_family_and_the_place_are_judged(dossier):
    found = judged(dossier)
    family = {one.code for one in dossier.call.data.requirements if "vocational" in one.families}
    assert found.keys() == family | {"place"}
    assert {one.outcome for one in found.values()} == {"met", "attested"}
    assert [code for code, one in found.items() if one.outcome == "attested"] == ["experience"]
    assert all(one.provenance and one.source and one.text_lv for one in found.values())
    assert to_json(list(found.values()))


def test_what_registers_said_is_shown_with_its_time_and_hash(dossier):
    found = judged(dossier)
    (licence,) = facts(found["programme_origin"], "register")
    assert (licence["register"], licence["hash"]) == ("programme_licences", "2" * 64)
    assert (licence["legal_basis"], licence["observed_at"] is None) == ("MK 506", False)
    assert licence["values"]["lqf_level"] == 4
    years = facts(found["institution_years"], "register")
    assert [one["register"] for one in years] == ["viis_institutions", "programme_licences"]
    assert years[0]["values"] == {"operating": True, "accredited": True, "registered_on": "2010-01-01"}
    (place,) = facts(found["place"], "register")
    assert (place["register"], place["hash"]) == ("viis_addresses", "1" * 64)


def test_what_is_computed_is_shown_with_its_numbers(dossier):
    found = judged(dossier)
    hours = sum(part.hours for part in dossier.programme.parts)
    assert facts(found["digital_share"], "computed") == [
        {"digital_hours": hours, "total_hours": hours, "needed_percent": 70}
    ]
    assert facts(found["digcomp_level"], "computed")[0]["lowest_level"] == 4
    assert len(facts(found["excluded_content"], "computed")[0]["parts"]) == len(dossier.programme.parts)


def test_what_is_attested_is_shown_with_the_digest_of_its_paper(dossier):
    found = judged(dossier)
    assert [one["sha256"] for one in facts(found["digital_share"], "attestation")] == ["3" * 64]
    assert [one["sha256"] for one in facts(found["experience"], "attestation")] == ["4" * 64]


def test_both_readings_of_the_experience_are_shown(dossier):
    readings = judged(dossier)["experience"].readings
    assert [one.source for one in readings] == ["S-Req", "S-Sub2 (annex 4)"]
    assert "3. līmenī" in readings[0].text_lv
    assert "level" not in readings[1].text_en.replace("kind and level", "")
    assert all("10" in one.text_lv and "2" in one.text_lv for one in readings)
    asked = {"programmes": 5, "lowest_level": 6, "completers": 12}
    assert [("5" in one.text_en, "12" in one.text_en) for one in experience_readings(asked)] == [
        (True, True)
    ] * 2


def test_the_council_is_named_for_an_approved_need(dossier):
    (approved,) = facts(judged(dossier)["approved_need"], "council")
    assert (approved["learning_need_id"], approved["approved_on"]) == (
        dossier.programme.learning_need_id,
        date(2024, 9, 3),
    )


def spoilt(dossier, **changes):
    return replace(dossier, programme=replace(dossier.programme, **changes))


@pytest.mark.parametrize(
    ("code", "spoil", "problems"),
    [
        (
            "digital_share",
            lambda d: spoilt(d, parts=[Part(title="a", title_en="a", hours=10, digital_hours=6)]),
            ("too-little-digital",),
        ),
        (
            "excluded_content",
            lambda d: spoilt(
                d, parts=[replace(d.programme.parts[0], content="general_secondary_basic_course")]
            ),
            ("content-excluded",),
        ),
        (
            "digcomp_level",
            lambda d: spoilt(d, digcomp=[replace(d.programme.digcomp[0], level=7)]),
            ("level-outside-call",),
        ),
        ("digcomp_level", lambda d: spoilt(d, digcomp=[]), ("fields-missing",)),
        ("approved_need", lambda d: spoilt(d, learning_need_id=uuid7()), ("need-not-approved",)),
        ("approved_need", lambda d: spoilt(d, learning_need_id=None), ("fields-missing",)),
        ("programme_origin", lambda d: spoilt(d, licence_number="P-9"), ("licence-unfit",)),
        ("programme_origin", lambda d: spoilt(d, licence_number=None), ("licence-unfit", "fields-missing")),
        ("place", lambda d: replace(d, place=replace(d.place, state="not_matched")), ("place-not-matched",)),
        ("place", lambda d: replace(spoilt(d, place_id=None), place=None), ("fields-missing",)),
    ],
)
def test_what_is_against_a_requirement_is_named_by_its_code(dossier, code, spoil, problems):
    found = judged(spoil(dossier))
    assert found[code].outcome == "not_met"
    assert set(found[code].problems) == set(problems)
    others = {name: one for name, one in found.items() if name != code and name != "approved_need"}
    assert {one.outcome for one in others.values()} <= {"met", "attested"}


def test_years_and_origin_of_the_same_licence_are_told_apart(dossier):
    fact = dossier.facts["programme_licences"]
    (licence,) = fact.answer["licences"]

    def with_licence(**changes):
        told = replace(fact, answer={"licences": [licence | changes]})
        found = judged(replace(dossier, facts={**dossier.facts, "programme_licences": told}))
        return found["programme_origin"].outcome, found["institution_years"].outcome

    assert with_licence(lqf_level=3) == ("not_met", "met")
    assert with_licence(running_since="2023-09-01") == ("met", "not_met")


def test_a_register_that_has_not_answered_leaves_what_hangs_on_it_open(dossier):
    found = judged(replace(dossier, facts={}))
    assert (found["programme_origin"].outcome, found["institution_years"].outcome) == ("open", "open")
    (told,) = facts(found["programme_origin"], "register")
    assert (told["register"], told["observed_at"], told["values"]) == ("programme_licences", None, None)
    waiting = replace(dossier, place=replace(dossier.place, state="entered", provenance=None))
    assert judged(waiting)["place"].outcome == "open"


def test_without_its_paper_the_experience_stays_open(dossier):
    found = judged(replace(dossier, attachments=[]))
    assert (found["experience"].outcome, found["experience"].provenance) == ("open", [])
