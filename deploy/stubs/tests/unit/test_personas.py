"""The people of development are whole, adult where they should be, and never one twice."""

import re
from datetime import date
from pathlib import Path

import pytest
from ila_stubs.personas import citizen, load

LISTED = Path(__file__).parents[3] / "local" / "personas.toml"
AGENCY = {
    "user_approver", "call_manager", "council_member", "draw_officer", "result_verifier", "claim_officer",
    "inspector", "sanction_officer", "appeal_officer", "agency_signatory", "application_assistant",
    "news_editor", "contract_officer", "eligibility_officer", "counsellor", "payment_maker",
    "payment_checker", "payment_releaser", "rate_manager", "rate_approver",
}  # fmt: skip


def age(birthdate: date, on: date) -> int:
    return on.year - birthdate.year - ((on.month, on.day) < (birthdate.month, birthdate.day))


def test_the_file_has_everybody_development_needs():
    people = load(LISTED)
    names = {persona.name for persona in people.listed}
    assert names >= {f"learner-{number:02}" for number in range(1, 51)}
    assert names >= {f"provider-{o}-{r}" for o in "ab" for r in ("admin", "editor", "signatory", "trainer")}
    assert names >= {f"commissioner-{number:02}" for number in range(1, 6)} | {"commissioner-chair"}
    assert names >= {"auditor", "platform-admin", "agency-payment-maker", "agency-signatory"}
    assert {role.role for persona in people.listed for role in persona.roles} >= AGENCY


def test_four_eyes_find_a_second_person_for_each_decision_that_needs_one():
    people = load(LISTED)
    for role in ("user-approver", "call-manager", "claim-officer"):
        first, second = people.find(f"agency-{role}"), people.find(f"agency-{role}-2")
        assert first.roles == second.roles


def test_newcomers_hold_no_role_but_everybodys():
    newcomers = [one for one in load(LISTED).listed if one.name.startswith("newcomer-")]
    assert len(newcomers) == 4
    assert {role.role for one in newcomers for role in one.roles} == {"learner"}


def test_provider_personas_hold_their_role_in_their_institution():
    editor = load(LISTED).find("provider-b-editor")
    assert [(role.role, role.organisation) for role in editor.roles] == [("provider_editor", "provider-b")]


def test_ages_at_the_opening_of_call_1():
    people, opening = load(LISTED), date(2024, 11, 14)
    assert age(people.find("learner-01").birthdate, opening) >= 18
    assert age(people.find("learner-49").birthdate, opening) == 17
    assert age(people.find("learner-50").birthdate, date(2033, 5, 31)) == 17


def test_no_two_people_share_a_code_or_an_address():
    everybody = [*load(LISTED).listed, *(citizen(f"citizen-{number:04}") for number in range(1, 10_000))]
    for field in ("name", "personal_code", "email"):
        assert len({getattr(persona, field) for persona in everybody}) == len(everybody)


def test_citizens_are_adults_with_codes_of_the_new_form_and_always_the_same():
    for number in range(1, 10_000):
        person = citizen(f"citizen-{number:04}")
        assert age(person.birthdate, date(2024, 11, 14)) >= 18
        assert re.fullmatch(r"32\d{4}-\d{5}", person.personal_code)
    assert citizen("citizen-0001") == citizen("citizen-0001")


@pytest.mark.parametrize(
    "name", ["citizen-0000", "citizen-1", "citizen-00001", "citizen-abcd", "", "learner-99"]
)
def test_other_names_are_nobody(name):
    assert load(LISTED).find(name) is None


def test_a_persona_with_an_unheard_of_assurance_is_named(tmp_path):
    row = LISTED.read_text().split("[[persona]]")[1]
    (tmp_path / "personas.toml").write_text(f'[[persona]]\n{row}\n[[persona]]\nacr = "huge"\n{row}')
    with pytest.raises(ValueError, match="learner-01"):
        load(tmp_path / "personas.toml")
