"""The whole process on the pages, each step by the person who may do it: from an institution to its payment.

The call and its schedule come from the API (`Process`); everything else is typed and clicked.
"""

import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import decisions
import institutions
import suite
from person import Person
from playwright.sync_api import Browser
from process import CATALOG, IDENTITY, MODULE_SET, PAPERS, RIGA, Process, now
from pypdf import PdfReader

PARTS = MODULE_SET["parts"]
REASON = "Apliecinājums pārbaudīts, reģistru dati sakrīt."


@dataclass
class Chain:
    """One run of the process, and the people at their browsers."""

    browser: Browser
    process: Process
    people: dict[str, Person] = field(default_factory=dict)
    context: dict[str, object] = field(default_factory=dict)

    def by(self, name: str) -> Person:
        """Return a persona at a browser, signed in."""
        if name not in self.people:
            self.people[name] = Person.signed_in(self.browser, name, **self.context)
        return self.people[name]

    def sign_in_again(self, *names: str) -> None:
        """Start new sessions, so that roles granted meanwhile hold at once."""
        for name in names:
            if person := self.people.pop(name, None):
                person.leave()
        self.process.sign_in_again(*names)

    def leave(self) -> None:
        """Close every browser."""
        for person in self.people.values():
            person.leave()

    @property
    def desk(self) -> str:
        """Where the pages of this run's institution are."""
        return f"/provider/{self.process.ids['organisation']}"


def file(name: str) -> dict[str, object]:
    """Return a small file to be attached."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": f"%PDF-1.7 {name}".encode()}


def register(chain: Chain) -> None:
    """Register an invented institution with its attestation; the page tells by when it is decided."""
    admin = suite.personas()["newcomer-admin"]
    number = free_institution(chain.process)
    person = chain.by("newcomer-admin").open("/registration")
    person.do(
        "registration",
        viis_number=number,
        legal_person_number=chain.process.institution(number).legal_person_number,
        administrator__given_name=admin["given_name"],
        administrator__family_name=admin["family_name"],
        administrator__personal_code=admin["personal_code"],
        administrator__email=admin["email"],
        contact_email=admin["email"],
        attestation={
            "name": "apliecinajums.edoc",
            "mimeType": "application/octet-stream",
            "buffer": institutions.signed_by("newcomer-admin"),
        },
    )
    assert person.sees("Lēmums līdz"), "the due time is shown"
    chain.process.ids["registration"] = person.id


def free_institution(process: Process) -> str:
    """Return the number of the first invented institution that nobody registered yet."""
    paths = ("organisations?limit=200", "provider-registrations?limit=200&status=submitted")
    lists = [process.read("agency-user-approver", f"{IDENTITY}/{path}")["items"] for path in paths]
    taken = {one["viis_number"] for listed in lists for one in listed}
    return next(str(one) for one in range(9900000001, 9900000058) if str(one) not in taken)


def approve(chain: Chain) -> None:
    """Have an approver admit the institution, with a written reason."""
    registration = chain.process.ids["registration"]
    path = f"{IDENTITY}/provider-registrations/{registration}"
    answered = chain.process.wait(
        "agency-user-approver", path, lambda seen: all(one["verdict"] != "open" for one in seen["checks"])
    )
    assert answered["checks"]
    person = chain.by("agency-user-approver").open(f"/agency/registrations/{registration}")
    assert person.sees("Paraksts derīgs"), "the verdict of the signature is shown"
    person.do("approval", reason=REASON)
    assert person.sees("Apstiprināta")
    chain.process.ids["organisation"] = chain.process.read("agency-user-approver", path)["organisation_id"]
    chain.sign_in_again("newcomer-admin")


def appoint(chain: Chain) -> None:
    """Name the people of the institution, and have the agency confirm them; then the bank account, by two."""
    organisation = chain.process.ids["organisation"]
    for role in ("editor", "signatory", "trainer"):
        who = suite.personas()[f"newcomer-{role}"]
        names = {name: who[name] for name in ("given_name", "family_name", "personal_code")}
        chain.by("newcomer-admin").open(f"{chain.desk}/members").do(
            "member", roles=[f"provider_{role}"], **names
        )
        approver = chain.by("agency-user-approver").open(f"/agency/organisations/{organisation}/members")
        approver.do("member-confirmation", row=f"{who['given_name']} {who['family_name']}")
        chain.sign_in_again(f"newcomer-{role}")
    admin = chain.by("newcomer-admin").open(f"{chain.desk}/bank-accounts")
    admin.do("bank-account", iban="LV80 BANK 0000 4351 9500 1", holder="Paraugu koledža")
    signatory = chain.by("newcomer-signatory").open(f"{chain.desk}/bank-accounts")
    signatory.do("bank-account-confirmation")
    assert signatory.sees("Apstiprināts")


def write_programme(chain: Chain) -> None:
    """Enter a place and a set of two modules; the registers confirm both, and the rules are met."""
    process, editor = chain.process, chain.by("newcomer-editor")
    address = process.institution(process.viis_number()).addresses[0]
    editor.open(f"{chain.desk}/places").do("place", text=address)
    editor.waits_for(f"{chain.desk}/places", "Atrasta reģistrā")
    licences = process.institution(process.viis_number()).licences
    call = suite.visitor().read(f"{CATALOG}/public/calls/{process.ids['call']}")
    need = next(one for one in call["learning_needs"] if one["area"] == 5)
    place = process.read("newcomer-editor", f"{CATALOG}/places?organisation_id={process.ids['organisation']}")
    parts = {
        f"parts__{number}__{name}": value
        for number, (title, title_en, hours) in enumerate(PARTS)
        for name, value in (
            ("title", title),
            ("title_en", title_en),
            ("hours", hours),
            ("digital_hours", hours),
        )
    }
    editor.open(f"{chain.desk}/calls/{process.ids['call']}/programme").do(
        "programme",
        kind="module_set",
        title_lv=MODULE_SET["title_lv"],
        title_en=MODULE_SET["title_en"],
        description_lv="Izglītojamie apgūst tēmu praktiski.",
        description_en="Learners study the subject hands-on.",
        **parts,
        continuing_programme=MODULE_SET["continuing_programme"],
        qualification=MODULE_SET["qualification"],
        licence_number=next(
            one.number for one in licences if one.qualification == MODULE_SET["qualification"]
        ),
        digcomp__0__area=5,
        digcomp__0__level=5,
        learning_outcomes__0__lv="Atrisina uzdevumu patstāvīgi.",
        learning_outcomes__0__en="Solves a task alone.",
        learning_need_id=need["id"],
        place_id=place["items"][0]["id"],
        mode="in_person",
        language="lv",
        places=12,
        starts_on=process.today,
        ends_on=process.today + timedelta(days=90),
    )
    process.ids["programme"] = editor.id
    path = f"{CATALOG}/programmes/{editor.id}"
    process.wait("newcomer-editor", path, lambda seen: not seen["problems"])
    editor.open(editor.address).do("completion")


def offer(chain: Chain) -> None:
    """Offer the programme with its papers; the signatory submits it and sees the receipt."""
    editor = chain.by("newcomer-editor").open(f"{chain.desk}/programmes/{chain.process.ids['programme']}")
    path = editor.do("offer")
    for paper in PAPERS:
        editor.do("attachment", kind=paper, file=file(f"{paper}.pdf"))
    editor.do("offer-confirmation", funding_source="RRF 2.3.1.4.i", confirmed=True)
    editor.do("dry-run")
    assert editor.sees("Piedāvājumu var iesniegt.")
    signatory = chain.by("newcomer-signatory").open(path)
    signatory.do("offer-submission")
    assert signatory.open(f"{path}/receipt").sees("Saņemšanas numurs")
    chain.process.ids["offer"] = path.rsplit("/", 1)[1]
    chain.process.offers["module_set"] = {"id": chain.process.ids["offer"]}


def decide(chain: Chain) -> None:
    """Close the offers, appoint the commission, declare interests, decide with reasons."""
    process = chain.process
    decisions.close_offers(process)
    ids = {name: process.person_id(name) for name in (*decisions.MEMBERS, decisions.CHAIR)}
    members = {f"members__{number}": ids[name] for number, name in enumerate(decisions.MEMBERS)}
    manager = chain.by("agency-call-manager").open(f"/agency/calls/{process.ids['call']}/commission")
    manager.do("commission", **members, chair=ids[decisions.CHAIR])
    for name in ids:
        chain.by(name).open(f"/agency/declarations/{process.ids['call']}").do("no-interest")
    chair = chain.by(decisions.CHAIR).open(f"/agency/offers/{process.ids['offer']}")
    reasons = dict.fromkeys(("administrative", "eligibility", "quality"), "Atbilst nolikuma prasībām.")
    chair.do("decision", outcome="approved", **reasons)
    path = f"{chain.desk}/offers/{process.ids['offer']}/decision"
    assert chain.by("newcomer-editor").open(path).sees("Atbilst nolikuma prasībām.")


def agree(chain: Chain) -> None:
    """Prepare the agreement and have both sides sign it: the programme is published."""
    process = chain.process
    officer = chain.by("agency-contract-officer").open(f"/agency/offers/{process.ids['offer']}")
    officer.do("agreement")
    process.ids["agreement"] = officer.id
    chain.by("newcomer-signatory").open(f"{chain.desk}/agreements/{officer.id}").do("signature", read=True)
    signatory = chain.by("agency-signatory").open(f"/agency/agreements/{officer.id}")
    signatory.do("signature", read=True)
    assert signatory.sees("Spēkā")
    process.programmes["module_set"] = {"id": process.ids["programme"]}
    decisions.open_applications(process)


def apply(chain: Chain) -> None:
    """Apply as a learner, see the place offered and accept it."""
    process, learner = chain.process, chain.by(chain.process.learner)
    programme = f"/programmes/{process.ids['programme']}"
    learner.waits_for(programme, "608,99 €")
    suite.eventually(lambda: _applied(learner, programme), wanted=True)
    process.ids["application"] = learner.id
    learner.waits_for(learner.address, "Vieta piedāvāta")
    learner.open(f"{learner.address}/accept")
    for bound_to in (MODULE_SET["title_lv"], "608,99 €"):
        assert learner.sees(bound_to)
    learner.do("acceptance", confirmed=True)
    learner.waits_for(f"/applications/{process.ids['application']}", "Piešķirts mācībām")
    statement = learner.page.get_by_role("link", name="Cenas aprēķins (PDF)").get_attribute("href")
    told = PdfReader(io.BytesIO(learner.page.request.get(str(statement)).body())).pages[0].extract_text()
    assert "608,99" in told
    assert "Kā to pārbaudīt" in told


def _applied(learner: Person, programme: str) -> bool:
    """Apply; a programme published a moment ago may not have reached applications yet."""
    form = learner.open(f"{programme}/apply").form("apply")
    form.locator("[name=confirmed]").check()
    form.locator("button:not([name], [aria-hidden])").click()
    return learner.address.startswith("/applications/")


def learn(chain: Chain) -> None:
    """Make a group, hold its sessions with attendance from both sides, enter and verify the results."""
    process, editor = chain.process, chain.by("newcomer-editor")
    trainer, learner = chain.by("newcomer-trainer"), chain.by(chain.process.learner)
    group = editor.open(f"{chain.desk}/groups/new").do(
        "group",
        programme_id=process.ids["programme"],
        title="1. grupa",
        maximum=12,
        starts_on=process.today,
        ends_on=process.today + timedelta(days=60),
        trainer_ids=[process.person_id("newcomer-trainer")],
    )
    process.ids["group"] = editor.id
    editor.do("opening")
    path = f"/api/applications/v1/groups/{editor.id}"
    process.wait("newcomer-editor", path, lambda seen: seen["members"] == 1)
    editor.open(group).do("formation")
    editor.do("start")
    for number, (title, _, hours) in enumerate(PARTS):
        hold_session(chain, trainer, learner, title, hours, number)
    trainer.open(group).do("finish")
    trainer.open(f"{group}/members").do("results", passed=[process.ids["application"]])
    verifier = chain.by("agency-result-verifier").open(f"/agency/results/{process.ids['group']}")
    verifier.do("verification", notes="Izlase apskatīta.")
    learner.waits_for(f"/applications/{process.ids['application']}", "Pabeigts")


def hold_session(chain: Chain, trainer: Person, learner: Person, title: str, hours: int, number: int) -> None:
    """Plan a session that has just been, show its code, note who was there, and confirm it as a learner."""
    group = f"{chain.desk}/groups/{chain.process.ids['group']}"
    starts = now().astimezone(RIGA) - timedelta(minutes=4 - number)
    times = {"starts_at": typed(starts), "ends_at": typed(starts + timedelta(minutes=1))}
    trainer.open(group).do("session", title=title, part=title, learning_hours=hours, **times)
    trainer.do("session-code", row=title)
    code = trainer.page.locator("main .done dd").first.inner_text()
    trainer.open(group).page.get_by_role("link", name=title).click()
    trainer.do("attendance", present=[chain.process.ids["application"]])
    learner.open(f"/groups/{chain.process.ids['group']}")
    learner.do("attendance-confirmation", row=title, code=code)


def typed(moment: datetime) -> str:
    """Return an instant as a field for day and time takes it."""
    return f"{moment:%Y-%m-%dT%H:%M}"


def claim(chain: Chain) -> None:
    """Claim the verified result; two claim officers check and approve it."""
    process, signatory = chain.process, chain.by("newcomer-signatory")
    suite.eventually(lambda: _claimed(chain, signatory), wanted=True)
    process.ids["claim"] = signatory.id
    assert signatory.sees("608,99 €")
    signatory.do("claim-submission")
    path = f"/agency/claims/{process.ids['claim']}"
    chain.by("agency-claim-officer").open(path).do("claim-check")
    officer = chain.by("agency-claim-officer-2").open(path)
    officer.do("claim-approval")
    assert officer.sees("Apstiprināts")


def _claimed(chain: Chain, signatory: Person) -> bool:
    """Build a claim; a result verified a moment ago may not have reached funding yet."""
    form = signatory.open(f"{chain.desk}/claims").form("claim")
    form.locator("xpath=ancestor::details").locator("summary").click()
    form.locator("select").select_option(chain.process.ids["call"])
    form.locator("button:not([name], [aria-hidden])").click()
    return signatory.address.startswith(f"{chain.desk}/claims/")


def pay(chain: Chain) -> None:
    """Make, check and release a payment run by three people, hand the file out, note the settlement."""
    process, maker = chain.process, chain.by("agency-payment-maker")
    maker.open("/agency/payment-runs").do("run", claim_ids=[process.ids["claim"]])
    process.ids["run"] = maker.id
    path = f"/agency/payment-runs/{maker.id}"
    checker = chain.by("agency-payment-checker").open(path)
    checker.do("run-check")
    releaser = chain.by("agency-payment-releaser").open(path)
    releaser.do("run-release")
    with releaser.page.expect_download() as handed_out:
        releaser.page.get_by_role("link", name="pain.001").click()
    assert b"pain.001.001.09" in handed_out.value.path().read_bytes()
    checker.open(path).do("settlement", bank_reference="BANK-0001", settled_on=process.today)
    assert checker.sees("Bankā izpildīts")
    learner = chain.by(process.learner)
    learner.waits_for(f"/applications/{process.ids['application']}", "Samaksāts iestādei")


def add_up(chain: Chain) -> None:
    """See as the auditor that ledger and reconciliation add up, and as anybody that an adult more counts."""
    auditor = chain.by("auditor")
    auditor.waits_for("/agency/reconciliation", "neviens cents nav neizskaidrots")
    assert auditor.open("/agency/ledger").sees("Virsgrāmata sakrīt")
    assert auditor.open("/agency/budget").sees("608,99 €")
    assert auditor.open("/indicators").sees("Pieaugušie ar pārbaudītu rezultātu")


STEPS = (register, approve, appoint, write_programme, offer, decide, agree, apply, learn, claim, pay, add_up)
