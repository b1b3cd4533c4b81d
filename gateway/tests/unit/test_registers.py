"""What of a register's answer is used, kept and told; the registers themselves are fakes here."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from ila_gateway.registers import answers, limits
from ila_gateway.registers.adapters import Batches, OneByOne, Told
from ila_gateway.registers.cache import AnswerCache, Kept
from ila_gateway.registers.desk import Desk, Question
from ila_gateway.registers.faults import RegisterFault
from ila_gateway.tokens import Keys
from ila_stubs.registers.institutions import Institutions
from joserfc.jwk import ECKey

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
LIMITS = limits.load()
CODE, OTHER = "32250362317", "32071814096"
PERSON = {
    "found": True,
    "code": CODE,
    "birth_date": "1984-03-12",
    "status": "alive",
    "given_name": "Anna",
    "family_name": "Bērziņa",
    "sex": "female",
    "territory": "LV-RIX",
}
SUPPORT = {
    "reference": "ESF-1",
    "source": "ESF 8.4.1",
    "family": "vocational",
    "title": "Programmēšana",
    "supported_on": "2022-03-01",
}
LEGAL_PERSON = {"number": "99000000016", "title": "T", "status": "registered", "viis_numbers": ["9900000001"]}


class Connection:
    """Reads scripted answers, as the real one does."""

    def __init__(self, status, body):
        self.status, self.body, self.asked = status, body, []

    def ask(self, method, path, body, read, until):
        self.asked.append((method, path, body))
        return read(self.status, self.body)


class Store:
    """A Valkey in memory, or one that is away."""

    def __init__(self):
        self.kept, self.seconds, self.away = {}, {}, False

    def mget(self, names):
        if self.away:
            raise redis.ConnectionError
        return [self.kept.get(name) for name in names]

    def pipeline(self, transaction):
        if self.away:
            raise redis.ConnectionError
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def set(self, name, value, ex):
        self.kept[name], self.seconds[name] = value, ex

    def delete(self, name):
        self.kept.pop(name, None)

    def execute(self):
        return []


class Register:
    """An adapter that answers as told."""

    key_pattern = "[0-9]{11}"
    limits = LIMITS["population"]

    def __init__(self, told):
        self.told, self.asked = told, []

    def ask(self, keys):
        self.asked.append(list(keys))
        return dict.fromkeys(keys, self.told)


def person(body, status=200, codes=(CODE,)):
    return Batches(Connection(status, body), LIMITS["population"], answers.Person()).ask(codes)


def legal_person(body, status=200, key="99000000016"):
    connection = Connection(status, body)
    adapter = OneByOne(connection, LIMITS["legal_persons"], answers.LegalPerson(), "[0-9]{11}")
    return adapter.ask([key])[key]


def test_a_good_answer_is_taken_without_what_we_do_not_know():
    told = person({"persons": [PERSON | {"income": 1}]})[CODE]
    assert told.fault is None
    assert told.answer == {name: PERSON[name] for name in PERSON if name not in ("found", "code")}
    assert legal_person(LEGAL_PERSON | {"more": 1}).answer == LEGAL_PERSON | {
        "seat": None,
        "representatives": [],
    }


def test_somebody_who_is_not_there_is_no_fault():
    assert person({"persons": [{"code": CODE, "found": False}]})[CODE] == Told()
    assert legal_person({"number": "99000000016", "found": False}, status=404) == Told()


def test_a_person_nobody_asked_for_spoils_the_whole_answer():
    body = {"persons": [PERSON, PERSON | {"code": "32000000001"}]}
    told = person(body, codes=(CODE, OTHER))
    assert {one.fault for one in told.values()} == {"wrong-answer"}
    assert {one.answer for one in told.values()} == {None}


class MixedUp(Connection):
    """A register of earlier support that speaks of somebody else whenever it is asked about `OTHER`."""

    def __init__(self):
        super().__init__(200, None)

    def ask(self, method, path, body, read, until):
        self.asked.append(body["codes"])
        named = ["32000000001" if code == OTHER else code for code in body["codes"]]
        return read(200, {"persons": [{"code": code, "found": False} for code in named]})


def test_one_whom_a_register_mixes_up_holds_up_nobody_else_of_the_batch():
    connection = MixedUp()
    codes = [CODE, OTHER, *(f"{number:011}" for number in range(48))]
    told = Batches(connection, LIMITS["earlier_support"], answers.EarlierSupport()).ask(codes)
    assert {code for code, one in told.items() if one.fault} == {OTHER}
    assert (told[OTHER].fault, told[CODE]) == ("wrong-answer", Told())
    assert connection.asked == [codes, *([code] for code in codes)]


def test_the_same_person_twice_is_a_wrong_answer():
    assert person({"persons": [PERSON, PERSON | {"status": "dead"}]})[CODE].fault == "wrong-answer"


def test_who_is_left_out_of_a_batch_is_unknown_and_the_others_are_not():
    told = person({"persons": [PERSON]}, codes=(CODE, OTHER))
    assert (told[CODE].fault, told[OTHER].fault) == (None, "garbage")


def test_large_questions_go_in_batches_the_register_takes():
    connection = Connection(200, {"persons": []})
    Batches(connection, LIMITS["population"], answers.Person()).ask(
        [f"{number:011}" for number in range(120)]
    )
    assert sorted(len(body["codes"]) for _, _, body in connection.asked) == [20, 50, 50]


@pytest.mark.parametrize(
    "spoiled", [{"birth_date": "12.03.1984"}, {"status": "well"}, {"given_name": ""}, {"sex": 1}]
)
def test_a_person_that_is_malformed_is_not_used(spoiled):
    assert person({"persons": [PERSON | spoiled]})[CODE].fault == "garbage"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*PERSON, "persons"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(body=json_values, status=st.sampled_from([200, 404]))
def test_whatever_json_comes_it_is_an_answer_about_this_key_or_a_fault(body, status):
    for told in (
        person(body, status)[CODE],
        person({"persons": body}, status)[CODE],
        legal_person(body, status),
    ):
        assert told.fault in ("garbage", "wrong-answer", "down")
        assert told.answer is None


@pytest.mark.parametrize(
    ("body", "status", "fault"),
    [
        (LEGAL_PERSON | {"number": "99000000027"}, 200, "wrong-answer"),
        (LEGAL_PERSON | {"viis_numbers": ["1"]}, 200, "garbage"),
        ({"number": "99000000016"}, 200, "garbage"),
        ({"number": "99000000016"}, 404, "garbage"),
        ({"message": "no such page"}, 404, "garbage"),
        ({"number": "99000000027", "found": False}, 404, "wrong-answer"),
    ],
)
def test_what_is_not_about_the_number_asked_is_not_used(body, status, fault):
    told = legal_person(body, status)
    assert (told.fault, told.answer) == (fault, None)


def test_every_entry_of_the_stand_in_fits_what_we_take():
    for one in Institutions.load(date(2026, 11, 27)).by_number.values():
        assert answers.checked(answers.Institution(), one.as_institution()) == one.as_institution()
        assert answers.checked(answers.Addresses(), one.as_addresses()) == one.as_addresses()
        assert answers.checked(answers.Licences(), one.as_licences()) == one.as_licences()
        assert answers.checked(answers.LegalPerson(), one.as_legal_person()) == one.as_legal_person()


def test_a_fault_tells_its_kind_and_nothing_else():
    with pytest.raises(RegisterFault, match=r"^garbage$"):
        answers.checked(answers.Person(), {"given_name": "Anna"})


@pytest.fixture
def desk():
    """A desk over one fake register, on a clock that tests move."""
    store, register = Store(), Register(Told({"birth_date": "1984-03-12"}))
    stage = SimpleNamespace(store=store, register=register, now=NOW)
    cache = AnswerCache(store, "a secret of tests, long enough to be one")
    keys = Keys([ECKey.generate_key("P-256", private=True)])
    stage.desk = Desk({"population": register}, cache, keys, lambda: stage.now)
    stage.ask = lambda key=CODE: stage.desk.answer(
        Question(register="population", keys=[key], purpose="p", legal_basis="l", asked_by="svc:x")
    )[0]
    return stage


def test_a_young_answer_is_told_again_without_asking(desk):
    assert desk.ask()["state"] == "fresh"
    desk.now += timedelta(seconds=LIMITS["population"].reuse_seconds - 1)
    again = desk.ask()
    assert (again["state"], again["observed_at"]) == ("cached", "2026-11-27T12:00:00.000000Z")
    assert desk.register.asked == [[CODE], []]


def test_an_older_answer_is_asked_anew_and_stands_in_only_for_a_fault(desk):
    desk.ask()
    desk.now += timedelta(seconds=LIMITS["population"].reuse_seconds)
    assert desk.ask()["state"] == "fresh"
    desk.register.told = Told(fault="timeout")
    desk.now += timedelta(hours=23)
    assert (desk.ask()["state"], desk.ask()["fault"]) == ("cached", None)
    desk.now += timedelta(hours=1)
    assert (desk.ask()["state"], desk.ask()["fault"]) == ("unavailable", "timeout")


def test_an_answer_about_earlier_support_is_of_its_moment_and_never_told_again(desk):
    desk.register.limits = LIMITS["earlier_support"]
    for told in (Told(), Told({"supports": [SUPPORT]})):
        desk.register.told = told
        answer = desk.ask()
        assert (answer["state"], answer["found"]) == ("fresh", told.answer is not None)
        assert answer["valid_until"] == answer["observed_at"]
    desk.register.told = Told(fault="down")
    assert (desk.ask()["state"], desk.ask()["fault"]) == ("unavailable", "down")
    assert desk.register.asked == [[CODE]] * 4
    assert desk.store.kept == {}


@pytest.mark.parametrize(
    "row",
    [
        {"code": CODE},
        {"code": CODE, "found": True},
        {"code": CODE, "found": True, "supports": []},
        {"code": CODE, "found": True, "supports": [{}]},
        {"code": CODE, "found": "false"},
    ],
)
def test_what_does_not_say_clearly_that_there_was_no_support_says_nothing(row):
    adapter = Batches(
        Connection(200, {"persons": [row]}), LIMITS["earlier_support"], answers.EarlierSupport()
    )
    assert adapter.ask([CODE])[CODE] == Told(fault="garbage")


def test_that_somebody_left_the_register_ends_what_was_kept(desk):
    desk.ask()
    desk.now += timedelta(hours=1)
    desk.register.told = Told()
    gone = desk.ask()
    assert (gone["state"], gone["found"], gone["answer"]) == ("fresh", False, None)
    desk.register.told = Told(fault="down")
    assert desk.ask()["state"] == "unavailable"


def test_the_hash_is_of_question_and_answer(desk):
    one, other = desk.ask(CODE), desk.ask(OTHER)
    assert one["answer"] == other["answer"]
    assert one["hash"] != other["hash"]
    assert one["hash"] == desk.ask(CODE)["hash"]


def test_a_store_that_is_away_only_costs_time(desk):
    desk.store.away = True
    assert [desk.ask()["state"] for _ in range(2)] == ["fresh", "fresh"]


def test_the_store_learns_neither_key_nor_answer(desk):
    desk.ask()
    ((name, value),) = desk.store.kept.items()
    assert CODE not in name + value
    assert "1984" not in value
    assert desk.store.seconds[name] == LIMITS["population"].valid_seconds


def test_an_answer_moved_to_another_name_is_not_believed():
    store = Store()
    cache = AnswerCache(store, "a secret of tests, long enough to be one")
    cache.keep("population", {CODE: Kept({"a": 1}, NOW), OTHER: Kept({"a": 2}, NOW)}, 60)
    first, second = store.kept
    store.kept = {first: store.kept[second]}
    assert cache.find("population", [CODE, OTHER]) == {}


def test_nothing_personal_is_in_a_repr():
    shown = repr(
        [
            Told({"given_name": "Anna"}),
            Kept({"given_name": "Anna"}, NOW),
            Question(register="population", keys=[CODE], purpose="p", legal_basis="l", asked_by="svc:x"),
        ]
    )
    assert "Anna" not in shown
    assert CODE not in shown


def test_limits_may_come_from_a_file(tmp_path):
    file = tmp_path / "registers.toml"
    file.write_text(
        "[defaults]\nbatch=1\nseconds=1.0\nwhole_seconds=2.0\ntries=1\nat_once=1\nreuse_seconds=1\n"
        'valid_seconds=2\nfailures=1\nrest_seconds=1.0\n[population]\nsystem="population"\npath="/p"\n'
    )
    assert limits.load(str(file))["population"].path == "/p"
    assert set(LIMITS) > {"population"}
