"""Likenesses over HTTP: computed after each submission, shown to whom they concern, kept with a decision."""

from datetime import timedelta

import pytest
from ila_kit.clock import utc_now
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
API = "/api/catalog/v1"
REASONS = [{"criterion": "content", "text": "Saturs ir cits."}]
BOILERPLATE = (
    "Mācības notiek koledžas datorklasēs ar licencētu programmatūru. Grupā ir ne vairāk kā divdesmit"
    " izglītojamo. Noslēgumā izglītojamais kārto pārbaudes darbu un saņem apliecinājumu."
)
PROGRAMMING = [
    "Izstrādā lietojumprogrammu, izmantojot mainīgos un ciklus.",
    "Sadala uzdevumu funkcijās un raksta tām vienībtestus.",
    "Atrod un labo kļūdas ar atkļūdotāju.",
]
NETWORKS = [
    "Ierīko un pārbauda strukturēto kabeļu tīklu birojā.",
    "Konfigurē maršrutētāju un komutatoru drošam lokālajam tīklam.",
    "Novērš bezvadu tīkla darbības traucējumus.",
]


def content(title, outcomes, *hours, titles=None):
    names = titles or [title] * len(hours)
    parts = [
        {"title": name, "title_en": name, "hours": hour, "digital_hours": hour}
        for name, hour in zip(names, hours, strict=True)
    ]
    return {
        "title_lv": title,
        "description_lv": BOILERPLATE,
        "learning_outcomes": [{"lv": one, "en": one} for one in outcomes],
        "parts": parts,
        "kind": "module" if len(hours) == 1 else "module_set",
    }


@pytest.fixture
def desk(offering, clock):
    """An institution that submits offers in a call, and whoever looks at them."""
    clock.held = utc_now()
    return Desk(offering, clock)


class Desk:
    """Submits offers, and asks what they are like."""

    def __init__(self, offering, clock):
        self.offering, self.clock = offering, clock
        self.call, self.college = offering.call(), offering.institution()
        self.place = self.college.place()
        self.manager = offering.manager

    def submit(self, *about, **more):
        offer = self.college.ready(self.call, self.place, **content(*about, **more))
        assert self.college.submit(offer).status_code == 201
        self.offering.work()
        return offer

    def like(self, offer, who=None):
        return (who or self.manager).get(f"{API}/offers/{offer['id']}/likenesses")


def test_a_clone_is_flagged_on_both_sides_with_what_is_alike(desk):
    one = desk.submit("Programmēšana", PROGRAMMING, 60)
    assert desk.like(one).json["items"] == []
    other = desk.submit("Koda rakstīšana", PROGRAMMING, 50)
    for mine, theirs in ((one, other), (other, one)):
        (flag,) = desk.like(mine).json["items"]
        assert (flag["offer_id"], flag["kind"], flag["percent"]) == (theirs["id"], "clone", 100)
        same = {said["mine"] for said in flag["alike"] if said["place"] == "outcome"}
        assert same == set(PROGRAMMING)
        assert desk.college.editor.get(f"{API}/offers/{mine['id']}").json["flagged"] is True


def test_a_content_cut_into_a_set_is_flagged_in_the_offer_itself(desk):
    titles = ["Programmēšana I", "Programmēšana II", "Programmēšana III"]
    offer = desk.submit("Programmēšana", PROGRAMMING, 80, 80, 7, titles=titles)
    (flag,) = desk.like(offer).json["items"]
    assert (flag["kind"], flag["offer_id"], flag["hours"], flag["total_hours"]) == (
        "split",
        offer["id"],
        [7, 80, 80],
        167,
    )


def test_honest_modules_pass_and_are_compared(desk):
    offers = [desk.submit("Programmēšana", PROGRAMMING, 160), desk.submit("Lokālie tīkli", NETWORKS, 136)]
    for offer in offers:
        found = desk.like(offer).json
        assert (found["items"], found["compared_at"] is not None) == ([], True)
        assert found["thresholds"] == {
            "same_content_percent": 70,
            "same_title_percent": 80,
            "cap_hours": 80,
        }


def test_a_withdrawn_offer_is_like_nothing_any_more(desk):
    one, other = (desk.submit(title, PROGRAMMING, 60) for title in ("Programmēšana", "Koda rakstīšana"))
    assert desk.college.signatory.post(f"{API}/offers/{one['id']}/withdrawal").status_code == 201
    desk.offering.work()
    assert desk.like(other).json["items"] == []
    gone = desk.like(one).json
    assert (gone["items"], gone["compared_at"]) == ([], None)


def test_offers_of_other_institutions_are_not_compared(desk):
    desk.submit("Programmēšana", PROGRAMMING, 60)
    desk.college = desk.offering.institution()
    desk.place = desk.college.place()
    assert desk.like(desk.submit("Programmēšana", PROGRAMMING, 60)).json["items"] == []


def test_who_sees_what_an_offer_is_like(desk):
    offer = desk.submit("Programmēšana", PROGRAMMING, 60)
    client = desk.offering.client
    other = desk.offering.institution()
    assert desk.like(offer, desk.college.editor).status_code == 200
    assert desk.like(offer, desk.college.signatory).status_code == 200
    assert [
        desk.like(offer, client.as_(uuid7(), role)).status_code for role in ("auditor", "call_manager")
    ] == [
        200,
        200,
    ]
    assert desk.like(offer, other.editor).status_code == 404
    assert desk.like(offer, client.as_(uuid7(), "commission_member")).status_code == 404
    assert desk.like(offer, client.as_(uuid7(), "learner")).status_code == 403
    assert desk.like(offer, client).status_code == 401
    draft = desk.college.ready(desk.call, desk.place)
    assert (desk.like(draft).json["compared_at"], desk.like(draft).json["items"]) == (None, [])


def test_likenesses_are_read_in_as_many_statements_however_many_there_are(desk, queries):
    one = desk.submit("Programmēšana", PROGRAMMING, 60)
    with queries() as few:
        desk.like(one)
    for number in range(2):
        desk.submit(f"Koda rakstīšana {number}", PROGRAMMING, 50)
    with queries() as many:
        assert len(desk.like(one).json["items"]) == 2
    assert len(few) == len(many) == 3


def test_a_decision_keeps_what_was_flagged_and_is_not_hindered(desk):
    one = desk.submit("Programmēšana", PROGRAMMING, 60)
    other = desk.submit("Koda rakstīšana", PROGRAMMING, 50)
    client, people = desk.offering.client, [uuid7() for _ in range(3)]
    chair = client.as_(people[0], "commission_chair")
    members = [client.as_(person, "commission_member") for person in people[1:]]
    body = {"chair": str(people[0]), "members": [str(person) for person in people[1:]]}
    appointed = desk.manager.put(f"{API}/calls/{desk.call['id']}/commission", body, version=0)
    assert appointed.status_code == 200
    declared = {"organisation_id": str(desk.college.id), "conflict": False}
    for who in (chair, *members):
        path = f"{API}/calls/{desk.call['id']}/interest-declarations"
        assert who.post(path, declared).status_code == 201
    desk.clock.held += timedelta(hours=3)
    desk.offering.work()
    assert desk.like(one, members[0]).json["items"][0]["kind"] == "clone"
    path = f"{API}/offers/{one['id']}/decision"
    decided = chair.post(path, {"outcome": "approved", "reasons": REASONS})
    assert decided.status_code == 201, decided.json
    seen = [{"offer_id": other["id"], "kind": "clone", "percent": 100}]
    assert decided.json["likenesses"] == seen
    assert desk.college.editor.get(path).json["likenesses"] == seen
    shown = members[0].get(f"{API}/offers/{one['id']}/requirements").json["requirements"]
    (experience,) = [finding for finding in shown if finding["code"] == "experience"]
    assert (experience["outcome"], len(experience["readings"])) == ("attested", 2)
