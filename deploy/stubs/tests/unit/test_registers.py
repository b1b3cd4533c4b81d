"""What the stand-in registers know, to whom they tell it, and how they misbehave."""

import json
from datetime import date
from pathlib import Path

import pytest
from ila_kit.settings import BadSettings
from ila_stubs.personas import citizen, digits, load
from ila_stubs.registers.app import create_app, parts_of
from ila_stubs.registers.faults import QUESTIONS
from ila_stubs.registers.settings import Settings
from stdnum.lv import pvn

PERSONAS = Path(__file__).parents[3] / "local" / "personas.toml"
TODAY = date(2026, 11, 27)
ENVIRONMENT = {
    "ILA_ENV": "development",
    "PORT": "1",
    "PERSONAS_FILE": str(PERSONAS),
    "POPULATION_SECRET": "population-of-tests",
    "VIIS_SECRET": "institutions-of-tests",
    "LICENCES_SECRET": "licences-of-tests",
    "LEGAL_PERSONS_SECRET": "legal-persons-of-tests",
    "EARLIER_SUPPORT_SECRET": "earlier-support-of-tests",
}
ADDRESSES = {
    "viis_institutions": ("viis", "/viis/v1/institutions/{}"),
    "viis_addresses": ("viis", "/viis/v1/institutions/{}/addresses"),
    "programme_licences": ("licences", "/licences/v1/institutions/{}"),
    "legal_persons": ("legal_persons", "/legal-persons/v1/legal-persons/{}"),
}


class Asker:
    """Somebody who holds every register's credential."""

    def __init__(self, settings: Settings):
        self.parts = parts_of(settings, lambda: TODAY)
        self.http = create_app(self.parts).test_client()

    def bearer(self, register: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.parts.credentials[register]}"}

    def people(self, *codes: str):
        return self.http.post(
            "/population/v1/persons", json={"codes": list(codes)}, headers=self.bearer("population")
        )

    def supports(self, *codes: str):
        body, headers = {"codes": list(codes)}, self.bearer("earlier_support")
        return self.http.post("/earlier-support/v1/persons", json=body, headers=headers)

    def about(self, question: str, number: str):
        register, address = ADDRESSES[question]
        return self.http.get(address.format(number), headers=self.bearer(register))

    def order(self, **fault):
        return self.http.put("/faults", json=fault)


@pytest.fixture
def registers():
    return Asker(Settings.from_env(ENVIRONMENT))


def code_of(name: str) -> str:
    return digits(load(PERSONAS).find(name))


def test_the_population_register_knows_personas_and_citizens(registers):
    anna, somebody = registers.people(code_of("learner-01"), code_of("citizen-0007")).json["persons"]
    assert (anna["given_name"], anna["birth_date"], anna["status"]) == ("Anna", "1984-03-12", "alive")
    assert (anna["sex"], anna["territory"][:3]) == ("female", "LV-")
    assert somebody["birth_date"] == citizen("citizen-0007").birthdate.isoformat()


def test_some_citizens_are_minors_unknown_or_dead_to_the_register(registers):
    minor, unknown, dead = registers.people(
        *map(code_of, ("citizen-9971", "citizen-9990", "citizen-9999"))
    ).json["persons"]
    assert minor["birth_date"] == "2009-01-01"
    assert unknown == {"code": code_of("citizen-9990"), "found": False}
    assert dead["status"] == "dead"


@pytest.mark.parametrize("body", [None, [], {}, {"codes": "1"}, {"codes": [1]}, {"codes": ["1"] * 51}])
def test_a_question_that_is_none_is_refused(registers, body):
    asked = registers.http.post("/population/v1/persons", json=body, headers=registers.bearer("population"))
    assert asked.status_code == 400


def test_every_question_wants_the_credential_of_its_register(registers):
    assert registers.http.post("/population/v1/persons", json={"codes": []}).status_code == 401
    for question, (register, address) in ADDRESSES.items():
        for other in set(registers.parts.credentials) - {register}:
            answer = registers.http.get(address.format("9900000001"), headers=registers.bearer(other))
            assert answer.status_code == 401, question


def test_real_and_invented_institutions_are_told_apart_by_nothing_but_their_names(registers):
    real = registers.about("viis_institutions", "4134003109").json
    invented = registers.about("viis_institutions", "9900000001").json
    assert real.keys() == invented.keys()
    assert (real["title"], real["territory"], real["territory_title"]) == (
        "Saldus tehnikums", "LV-088", "Saldus novads"
    )  # fmt: skip
    assert (invented["title"], invented["type"], invented["accredited"]) == (
        "Paraugu koledža 01", "Koledža", True
    )  # fmt: skip


def test_an_institution_and_its_legal_person_name_each_other(registers):
    for number in ("9900000001", "3341000709"):
        person = registers.about("viis_institutions", number).json["legal_person_number"]
        assert pvn.is_valid(person)
        assert registers.about("legal_persons", person).json["viis_numbers"] == [number]


def test_a_unit_of_a_company_stands_under_its_legal_person_for_which_two_sign_together(registers):
    person = registers.about("viis_institutions", "9900000052").json["legal_person_number"]
    told = registers.about("legal_persons", person).json
    assert told["viis_numbers"] == ["9900000051", "9900000052"]
    assert [one["signatures_needed"] for one in told["representatives"]] == [2, 2]


def test_every_legal_person_is_another_one_with_a_right_check_digit(registers):
    institutions = registers.parts.institutions
    assert len(institutions.by_number) == len(institutions.by_legal_person) + 1 == 2_713 + 60
    assert all(pvn.is_valid(number) for number in institutions.by_legal_person)


def test_companies_that_are_no_institutions_are_employers_of_every_kind(registers):
    numbers = ["98000000017", "98000000021", "98000000036", "98000000040", "98000000055"]
    assert all(pvn.is_valid(number) for number in numbers)
    told = [registers.about("legal_persons", number).json for number in numbers]
    assert [one["status"] for one in told] == [
        "registered", "registered", "insolvent", "liquidated", "registered"
    ]  # fmt: skip
    assert {tuple(one["viis_numbers"]) for one in told} == {()}
    signing = [
        [(rep["personal_code"], rep["signatures_needed"]) for rep in one["representatives"]] for one in told
    ]
    boss = load(PERSONAS).find("employer-admin").personal_code
    assert signing[0] == signing[2] == signing[3] == [(boss, 1)]
    assert signing[1] == [(boss, 2), (citizen("citizen-2010").personal_code, 2)]
    assert signing[4] == [(citizen("citizen-2020").personal_code, 1)]
    assert all(one["seat"] for one in told)


def test_the_invented_institutions_are_listed_and_three_are_flawed(registers):
    items = registers.http.get("/invented").json["items"]
    assert [one["title"] for one in items] == [f"Paraugu koledža {number:02}" for number in range(1, 61)]
    by_flaw = items[57]["accredited"], items[58]["registered_on"], items[59]["operating"]
    assert by_flaw == (False, "2025-11-27", False)
    legal_person = items[59]["legal_person_number"]
    assert registers.about("legal_persons", legal_person).json["status"] == "liquidated"
    good = [one for one in items if one["accredited"] and one["operating"]]
    assert len([one for one in good if one["registered_on"] < "2020"]) == 57


def test_licences_go_by_the_type_of_institution(registers):
    def families(number):
        return [one["family"] for one in registers.about("programme_licences", number).json["licences"]]

    assert families("9900000001") == ["vocational", "vocational", "higher_education"]
    assert families("3334000016") == families("4134003109") == ["vocational", "vocational"]
    assert families("3341000709") == ["higher_education"]
    assert families("3347802926") == [], "nothing is invented about other real institutions"


def test_an_invented_institution_teaches_at_two_addresses(registers):
    told = registers.about("viis_addresses", "9900000007").json
    assert [one["text"] for one in told["addresses"]] == [
        "Paraugu iela 7, Rīga, LV-1001", "Paraugu bulvāris 7, Rīga, LV-1001"
    ]  # fmt: skip
    assert {one["territory"] for one in told["addresses"]} == {"LV-RIX"}


def test_municipalities_of_before_2021_count_for_their_heirs(registers):
    told = registers.about("viis_institutions", "4380802201").json
    assert "CARNIKAVAS NOVADS" in told["seat"]
    assert told["territory_title"] == "Ādažu novads"


@pytest.mark.parametrize("question", ADDRESSES)
def test_who_is_not_there_is_told_so(registers, question):
    answer = registers.about(question, "1234567890")
    assert (answer.status_code, answer.json) == (404, {"number": "1234567890", "found": False})


@pytest.mark.parametrize("question", ADDRESSES)
def test_faults_spoil_the_register_they_name_and_no_other(registers, question):
    number = "99000000016" if question == "legal_persons" else "9900000001"
    right = registers.about(question, number).json
    registers.order(mode="error", registers=[question])
    assert registers.about(question, number).status_code == 500
    assert registers.people(code_of("learner-01")).status_code == 200
    registers.order(mode="garbage", registers=[question])
    with pytest.raises(ValueError, match="codec"):
        json.loads(registers.about(question, number).data)
    registers.order(mode="empty", registers=[question])
    assert registers.about(question, number).data == b""
    registers.order(mode="wrong_person", registers=[question])
    assert registers.about(question, number).json["number"] != number
    registers.order(mode="slow", seconds=0.01, registers=[question])
    assert registers.about(question, number).json == right
    registers.order(mode="none")
    assert registers.about(question, number).json == right


def test_the_wrong_person_has_another_code(registers):
    registers.order(mode="wrong_person", registers=["population"])
    (told,) = registers.people(code_of("learner-01")).json["persons"]
    assert told["code"] != code_of("learner-01")


def test_faults_are_shown_by_register_and_kept_for_the_others(registers):
    registers.order(mode="slow", seconds=3, registers=["population"])
    registers.order(mode="error", registers=["viis_addresses"])
    shown = registers.http.get("/faults").json
    assert list(shown) == list(QUESTIONS)
    assert shown["population"] == {"mode": "slow", "seconds": 3}
    assert shown["viis_addresses"]["mode"] == "error"
    assert registers.order(mode="angry").status_code == 422
    assert registers.http.get("/health/ready").status_code == 200


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"ILA_ENV": "production"}, "development alone"),
        ({"VIIS_SECRET": "short"}, "VIIS_SECRET is shorter"),
        ({"VIIS_SECRET": "population-of-tests"}, "share a credential"),
        ({"LICENCES_SECRET": ""}, "LICENCES_SECRET"),
    ],
)
def test_it_refuses_to_start_on_bad_settings(change, fault):
    with pytest.raises(BadSettings, match=fault):
        Settings.from_env(ENVIRONMENT | change)


SUPPORT = {
    "reference": "ESF-1",
    "source": "ESF 8.4.1",
    "family": "vocational",
    "title": "Programmēšana",
    "supported_on": "2022-03-01",
}


def test_the_register_of_earlier_support_knows_some_and_says_of_others_that_it_has_none(registers):
    codes = [code_of(name) for name in ("learner-40", "citizen-9961", "citizen-9970", "learner-01")]
    told = registers.supports(*codes).json["persons"]
    assert [one["code"] for one in told] == codes
    assert [one["found"] for one in told] == [True, True, True, False]
    assert told[0]["supports"][0].keys() == SUPPORT.keys()
    assert registers.http.post("/earlier-support/v1/persons", json={"codes": codes}).status_code == 401


def test_earlier_support_is_ordered_for_somebody_and_taken_back(registers):
    code = code_of("citizen-0042")
    for supports in ([SUPPORT], []):
        answer = registers.http.put("/supports", json={"persona": "citizen-0042", "supports": supports})
        assert answer.status_code == 200
        (told,) = registers.supports(code).json["persons"]
        assert told.get("supports", []) == supports
        assert told["found"] == bool(supports)


@pytest.mark.parametrize(
    "order",
    [
        None,
        {"persona": "learner-01"},
        {"persona": "nobody", "supports": []},
        {"persona": "learner-01", "supports": [SUPPORT | {"supported_on": "1.3.2022"}]},
        {"persona": "learner-01", "supports": [SUPPORT | {"more": "1"}]},
        {"persona": "learner-01", "supports": [SUPPORT] * 101},
    ],
)
def test_an_order_of_support_that_is_none_is_refused(registers, order):
    assert registers.http.put("/supports", json=order).status_code == 422


def test_an_ailing_register_of_earlier_support_never_says_that_there_is_none(registers):
    for mode in ("error", "garbage", "empty"):
        registers.order(mode=mode, registers=["earlier_support"])
        assert b"found" not in registers.supports(code_of("learner-01")).data
    registers.order(mode="wrong_person", registers=["earlier_support"])
    (told,) = registers.supports(code_of("learner-01")).json["persons"]
    assert told["code"] != code_of("learner-01")
