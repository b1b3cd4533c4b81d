"""The last minute of a deadline over HTTP: everybody in time has a receipt, nobody later, nothing is lost."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from ila_kit.clock import parse_instant
from ila_kit.ids import uuid7
from ila_kit.testing.files import memory_files

pytestmark = pytest.mark.integration
API = "/api/catalog/v1"
CLOSES = datetime(2026, 12, 11, 22, 0, tzinfo=UTC)
COLLEGES, OFFERS = 10, 3
PDF = ("a.pdf", b"%PDF-1.7", "application/pdf")


class PassingClock:
    """A clock that goes on at every look, from some seconds before the deadline to some behind it."""

    def __init__(self, start, step):
        self._ticks, self._start, self._step = itertools.count(), start, step

    def __call__(self):
        return self._start + next(self._ticks) * self._step


def test_of_all_who_submit_in_the_last_minute_those_in_time_have_receipts_and_no_others(
    offering, clock, engine
):
    clock.held = CLOSES - timedelta(hours=2)
    call = offering.call()
    ready = []
    for _ in range(COLLEGES):
        college = offering.institution()
        place = college.place()
        ready += [(college, college.ready(call, place)) for _ in range(OFFERS)]
    passing = PassingClock(CLOSES - timedelta(seconds=60), timedelta(seconds=3))
    object.__setattr__(offering.deps.units, "clock", passing)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: one[0].submit(one[1]), ready))
    object.__setattr__(offering.deps.units, "clock", clock)
    done = [answer.json["receipt"] for answer in answers if answer.status_code == 201]
    late = [answer.json["code"] for answer in answers if answer.status_code != 201]
    assert set(late) <= {"offers-closed"}
    assert len(done) + len(late) == COLLEGES * OFFERS
    assert len(done) >= 10
    assert late, "the clock did not pass the deadline"
    assert all(parse_instant(receipt["received_at"]) < CLOSES for receipt in done)
    assert len({receipt["sequence"] for receipt in done}) == len(done)
    with engine.connect() as connection:
        kept = connection.execute(sa.text("SELECT sequence, received_at FROM offer_submission")).all()
        states = connection.execute(sa.text("SELECT state, count(*) FROM offer GROUP BY state")).all()
    assert {row.sequence for row in kept} == {receipt["sequence"] for receipt in done}
    assert dict(map(tuple, states)) == {"submitted": len(done), "draft": len(late)}
    clock.held = CLOSES
    offering.work()
    with engine.connect() as connection:
        after = dict(
            map(tuple, connection.execute(sa.text("SELECT state, count(*) FROM offer GROUP BY state")))
        )
    assert after == {"in_evaluation": len(done), "draft": len(late)}


@pytest.fixture
def desk(offering, clock):
    """An institution with one offer that can be submitted."""
    clock.held = CLOSES - timedelta(hours=2)
    call, college = offering.call(), offering.institution()
    return call, college, college.ready(call, college.place())


def test_everything_can_be_read_years_later_and_nothing_moves(desk, clock):
    _, college, offer = desk
    sent = college.submit(offer).json
    path = f"{API}/offers/{offer['id']}"
    submitted = college.editor.get(f"{path}/submissions").json
    clock.held = CLOSES + timedelta(days=365 * 20)
    assert college.editor.get(f"{path}/receipt").json == sent["receipt"]
    assert college.editor.get(f"{path}/submissions").json == submitted
    assert college.editor.get(f"{path}/requirements").status_code == 200
    files = college.editor.get(f"{path}/attachments").json["items"]
    assert len(files) == 4
    assert college.editor.get(f"{path}/attachments/{files[0]['id']}").data.startswith(b"%PDF")
    assert college.signatory.post(f"{path}/withdrawal").json["code"] == "offers-closed"
    assert college.editor.upload(f"{path}/attachments", {"kind": "annex_2"}, file=PDF).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"funding_source": "x", "confirmed": True, "closes_at": "2030-01-01T00:00:00Z"},
        {"funding_source": "x", "confirmed": True, "state": "submitted"},
        {"funding_source": "x", "confirmed": True, "organisation_id": str(uuid7())},
    ],
    ids=["deadline", "state", "institution"],
)
def test_no_deadline_is_moved_for_one(desk, body):
    _, college, offer = desk
    refused = college.editor.put(f"{API}/offers/{offer['id']}", body, version=offer["version"])
    assert (refused.status_code, refused.json["code"]) == (422, "invalid-request")
    (named,) = refused.json["errors"]
    assert named.strip("/") in body


def test_an_offer_is_not_open_longer_because_the_call_was_moved_by_one_person(desk, clock, offering):
    call, college, offer = desk
    later = offering.windows(clock.held, offers=(-2, 3), evaluation=(3, 4))
    moved = [one for one in later if one["name"] in ("offers", "evaluation")]
    path = f"{API}/calls/{call['id']}/schedule-changes"
    proposed = offering.manager.post(path, {"phases": moved, "reason": "Vienai iestādei."})
    assert proposed.status_code == 201, proposed.json
    confirmed = offering.manager.post(f"{path}/{proposed.json['id']}/confirmation")
    assert (confirmed.status_code, confirmed.json["code"]) == (403, "same-proposer")
    clock.held = CLOSES
    assert college.submit(offer).json["code"] == "offers-closed"


class TestAttachments:
    def attach(self, desk, kind="annex_2", file=PDF):
        _, college, offer = desk
        return college.editor.upload(f"{API}/offers/{offer['id']}/attachments", {"kind": kind}, file=file)

    @pytest.mark.parametrize("kind", ["annex_9", "", 7, None])
    def test_a_wrong_kind_is_refused_by_name(self, desk, kind):
        refused = self.attach(desk, kind)
        assert refused.status_code == 422, refused.json
        assert "kind" in str(refused.json)

    def test_one_too_large_is_refused_and_nothing_is_kept(self, desk):
        before = files_of(desk)
        refused = self.attach(desk, file=("a.pdf", b"%PDF" + bytes(26 * 1024 * 1024), "application/pdf"))
        assert (refused.status_code, refused.json["code"]) == (413, "body-too-large")
        assert files_of(desk) == before

    def test_an_empty_one_is_refused(self, desk):
        refused = self.attach(desk, file=("a.pdf", b"", "application/pdf"))
        assert (refused.status_code, refused.json["errors"]) == (422, {"/file": ["is empty"]})

    def test_an_infected_one_is_refused_and_nothing_is_kept(self, desk, deps):
        before = files_of(desk)
        object.__setattr__(deps, "kept_files", memory_files("infected"))
        refused = self.attach(desk)
        assert (refused.status_code, refused.json["code"]) == (422, "file-infected")
        assert files_of(desk) == before

    def test_a_missing_one_is_named_by_the_requirement_it_attests(self, desk):
        _, college, offer = desk
        path = f"{API}/offers/{offer['id']}"
        for one in college.editor.get(f"{path}/attachments?kind=annex_4").json["items"]:
            assert college.editor.delete(f"{path}/attachments/{one['id']}").status_code == 204
        tried = college.editor.post(f"{path}/dry-run").json
        assert [problem["code"] for problem in tried["problems"]] == ["attachment-missing"]
        (experience,) = [one for one in tried["requirements"] if one["code"] == "experience"]
        assert (experience["outcome"], experience["provenance"]) == ("open", [])
        assert len(experience["readings"]) == 2


def files_of(desk):
    _, college, offer = desk
    return college.editor.get(f"{API}/offers/{offer['id']}/attachments").json["items"]


def test_a_submission_says_how_each_requirement_is_known(desk):
    _, college, offer = desk
    tried = college.editor.post(f"{API}/offers/{offer['id']}/dry-run").json["requirements"]
    assert college.submit(offer).status_code == 201
    content = college.editor.get(f"{API}/offers/{offer['id']}/submissions").json["items"][0]["content"]
    assert content["requirements"] == tried
    found = {one["code"]: one for one in tried}
    assert found["programme_origin"]["provenance"][0]["facts"]["hash"] == "0" * 64
    assert found["place"]["provenance"][0]["facts"]["register"] == "viis_addresses"
    digests = {one["sha256"] for one in content["attachments"]}
    attested = found["experience"]["provenance"][0]["facts"]
    assert (attested["paper"], attested["sha256"] in digests) == ("annex_4", True)
    assert found["digital_share"]["provenance"][0]["facts"] == {
        "digital_hours": 160,
        "total_hours": 167,
        "needed_percent": 70,
    }
