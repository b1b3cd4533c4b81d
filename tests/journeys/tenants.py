"""Two institutions with their learners, two employers, and an instance of everything somebody may own."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import employers
import institutions
import learning
import matrix
import payment
import suite
import walk
from ila_identity.domain.roles import COMMISSION, EMPLOYER, LEARNER, PROVIDER
from ila_stubs.registers.people import MINORS
from matrix import Ids, Operation, Somebody
from process import CATALOG, DAY, FUNDING, IDENTITY, LEARNING, MODULE_SET, Process, good

# What is made anew, in this order; each is needed by what follows.
MADE = {
    "application_id": "POST applications/v1/applications",
    "group_id": "POST applications/v1/groups",
    "place_id": "POST catalog/v1/places",
    "programme_id": "POST catalog/v1/programmes",
    "programme_file_id": "POST catalog/v1/programmes/{subject_id}/attachments",
    "offer_id": "POST catalog/v1/offers",
    "offer_file_id": "POST catalog/v1/offers/{subject_id}/attachments",
    "account_id": "POST identity/v1/organisations/{organisation_id}/bank-accounts",
    "export_id": "POST identity/v1/persons/me/exports",
    "top_up_id": "POST funding/v1/accounts/{person_id}/top-ups",
    "member_id": "POST identity/v1/organisations/{organisation_id}/members",
}

# Who represents which company alone. The second is the one that bodies name: nobody registers it again.
EMPLOYERS = (("employer-admin", "98000000017"), ("citizen-1010", matrix.KNOWN["legal_person_number"]()))


@dataclass
class Tenant:
    """An institution, its learners and an employer: who holds which role, and what is theirs, by kind."""

    organisation: str
    people: dict[str, list[str]]
    employer: str = ""
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def somebody(self, role: str, number: int = 0) -> Somebody:
        """Return one of those who hold a role here."""
        return Somebody(self.people[role][number], (self.held(role),))

    def everybody(self, role: str) -> list[Somebody]:
        """Return all who hold a role here."""
        return [self.somebody(role, number) for number in range(len(self.people[role]))]

    def held(self, role: str) -> tuple[str, str | None]:
        """Return a role as it is held here."""
        places = dict.fromkeys(PROVIDER, self.organisation) | dict.fromkeys(EMPLOYER, self.employer)
        return role, places.get(role)

    @property
    def everything(self) -> set[str]:
        """All that is known of this tenant."""
        return {one for many in self.ids.values() for one in many}

    @property
    def newest(self) -> Ids:
        """What was made last of each kind."""
        return {kind: many[-1] for kind, many in self.ids.items() if many}

    def make(self, operation: Operation, kind: str) -> None:
        """Make one of a kind."""
        role = next(role for role in ("provider_admin", LEARNER, "employer_admin") if role in operation.roles)
        made = self.somebody(role).send(operation, self.newest)
        self.ids[kind].append(good(made, 202 if kind == "export_id" else 201)["id"])


def two_tenants() -> tuple[Tenant, Tenant]:
    """Walk the process for one institution as far as a claim, and give another one its own."""
    process = walk.new_process(learner="learner-41", patience=30)
    ours, theirs = _walked(process), _seeded(process)
    for tenant, child in zip((ours, theirs), random.sample(MINORS, 2), strict=True):
        tenant.ids["evidence_id"].append(_contested(process, tenant, f"citizen-{child}"))
    for tenant, (name, number) in zip((ours, theirs), EMPLOYERS, strict=True):
        _employ(process, tenant, name, number)
    later = walk.new_process(patience=30)
    later.open_call()
    for tenant in (ours, theirs):
        tenant.ids["call_id"].append(later.ids["call"])
        tenant.ids["learning_need_id"].append(_need(later))
        _make_everything(tenant)
        tenant.ids["sanction_id"].append(_sanctioned(process, tenant))
    theirs.ids["learning_need_id"].append(_need(process))  # needs are of calls: this one is of another
    return ours, theirs


def _employ(process: Process, tenant: Tenant, name: str, number: str) -> None:
    """Have somebody register a company as an employer, unless it is one since an earlier journey."""
    registration = employers.registered(process, name, number)
    tenant.employer, person = registration["organisation_id"], registration["registrant_id"]
    tenant.people["employer_admin"] = [person]
    tenant.people[LEARNER].append(person)  # registrations are those of a person
    tenant.ids["employer_registration_id"].append(registration["id"])
    tenant.ids["organisation_id"].insert(0, tenant.employer)
    tenant.ids["employer_id"].append(tenant.employer)
    members = process.read("auditor", f"{IDENTITY}/organisations/{tenant.employer}/members")["items"]
    tenant.ids["member_id"][:0] = [one["id"] for one in members]


def _need(process: Process) -> str:
    call = process.visitor().read(f"{CATALOG}/public/calls/{process.ids['call']}")
    return str(call["learning_needs"][0]["id"])


def _sanctioned(process: Process, tenant: Tenant) -> str:
    """Impose a sanction and lift it, which leaves the reply open; return it."""
    officer, path = "agency-sanction-officer", f"{IDENTITY}/organisations/{tenant.organisation}"
    grounds = {"scope": "payments", "facts": "Paraugs.", "legal_basis": "Paraugs."}
    process.do(officer, f"{path}/suspension", grounds)
    process.do(officer, f"{path}/reinstatement", {"reason": "Paraugs."})
    return str(process.read(officer, f"{path}/sanctions")["items"][0]["id"])


def _make_everything(tenant: Tenant) -> None:
    by_name = {str(one): one for one in matrix.operations()}
    for kind, name in MADE.items():
        for _ in range(3 if "file" in kind else 1):  # three roles may take one off
            tenant.make(by_name[name], kind)


def _people(process: Process, institution: str, **others: str) -> dict[str, list[str]]:
    held = {role: role.replace("provider", institution).replace("_", "-") for role in PROVIDER}
    return {role: [process.person_id(name)] for role, name in (held | others).items()}


def _walked(process: Process) -> Tenant:
    walk.admit(process)
    walk.publish(process, MODULE_SET)
    suite.clear(process.by(process.learner))
    walk.learn(process)
    payment.claim(process)
    payment.make_run(process)
    others = {"commission_member": "commissioner-01", "commission_chair": "commissioner-chair"}
    people = _people(process, "newcomer", learner=process.learner, **others)
    people[LEARNER].append(process.person_id("newcomer-admin"))  # who registered the institution
    tenant = Tenant(process.ids["organisation"], people)
    for kind, one in process.ids.items():
        tenant.ids[f"{kind}_id"].append(one)
    tenant.ids["programme_id"].append(process.programmes["module_set"]["id"])
    tenant.ids["offer_id"].append(process.offers["module_set"]["id"])
    tenant.ids["person_id"].append(people[LEARNER][0])
    tenant.ids["trainer_id"] = people["provider_trainer"]
    tenant.ids["registration_id"].insert(0, _drafted(process))
    _find_the_rest(process, tenant)
    _teach_more(process, tenant)
    return tenant


def _drafted(process: Process) -> str:
    """Have a registration drafted, with an authorisation; return it."""
    form = institutions.form_of(process, institutions.free_number(process)) | {"draft": True}
    path, admin = f"{IDENTITY}/provider-registrations", process.by("newcomer-admin")
    content = institutions.attestation(institutions.signed_by("newcomer-admin"))
    drafted = str(good(admin.upload(path, form, attestation=content), 201)["id"])
    paper = matrix.FILES["authorisation"]
    good(admin.upload(f"{path}/{drafted}/authorisation", {}, authorisation=paper), 201)
    return drafted


def _find_the_rest(process: Process, tenant: Tenant) -> None:
    """Find what the process made on its way."""
    organisation = f"{IDENTITY}/organisations/{tenant.organisation}"
    found = {
        "hold_id": f"{FUNDING}/holds?application_id={process.ids['application']}",
        "line_id": f"{FUNDING}/budget-lines?call_id={process.ids['call']}",
        "session_id": f"{LEARNING}/groups/{process.ids['group']}/sessions",
        "account_id": f"{organisation}/bank-accounts",
        "member_id": f"{organisation}/members",
        "offer_file_id": f"{CATALOG}/offers/{process.offers['module_set']['id']}/attachments",
    }
    for kind, path in found.items():
        tenant.ids[kind] += [one["id"] for one in process.read("auditor", path)["items"]]


def _teach_more(process: Process, tenant: Tenant) -> None:
    """Have a group that has learnt, one that learns, and one that begins tomorrow."""
    for learner, parts in (("learner-42", MODULE_SET["parts"]), ("learner-44", MODULE_SET["parts"][:1])):
        _gather(process, tenant, learner)
        learning.start_group(process)
        for title, _, hours in parts:
            tenant.ids["session_id"].append(learning.hold_session(process, title, hours))
        if parts == MODULE_SET["parts"]:
            process.do("newcomer-trainer", f"{LEARNING}/groups/{process.ids['group']}/finish")
    _gather(process, tenant, "learner-45", starts_on=str(process.today + DAY))


def _gather(process: Process, tenant: Tenant, learner: str, **content: Any) -> None:
    process.learner = learner
    suite.clear(process.by(learner))
    tenant.ids["application_id"].append(learning.apply(process))
    learning.accept(process)
    tenant.ids["group_id"].append(learning.open_group(process, **content))
    tenant.people[LEARNER].append(process.person_id(learner))


def _contested(process: Process, tenant: Tenant, child: str) -> str:
    """Have a child contest its refusal with a paper; return the paper.

    What the child was told of it is kept too.
    """
    application = learning.submit(process, learner=child)
    path = f"{suite.APPLICATIONS}/{application}"
    process.wait(child, path, lambda seen: seen["state"] == "ineligible")
    process.do(child, f"{path}/contest", {"reason": "Esmu pilngadīgs."}, 201)
    tenant.ids["application_id"].insert(0, application)
    tenant.people[LEARNER].append(process.person_id(child))
    told = process.read(child, f"{LEARNING}/messages")["items"]
    tenant.ids["message_id"] += [one["id"] for one in told]
    paper = process.by(child).upload(f"{path}/evidence", {}, evidence=matrix.FILES["evidence"])
    return str(good(paper, 201)["id"])


def _seeded(process: Process) -> Tenant:
    """Return an institution of the demonstration, and a learner of its own."""
    others = {LEARNER: "learner-43"} | dict.fromkeys(COMMISSION, "commissioner-05")
    people = _people(process, "provider-a", **others)
    me = process.read("provider-a-admin", f"{IDENTITY}/persons/me")
    tenant = Tenant(next(one["organisation"] for one in me["roles"] if one["organisation"]), people)
    listed = f"{CATALOG}/programmes?state=published&organisation_id={tenant.organisation}"
    tenant.ids["organisation_id"].append(tenant.organisation)
    tenant.ids["programme_id"].append(process.read("auditor", listed)["items"][0]["id"])
    tenant.ids["trainer_id"] = people["provider_trainer"]
    tenant.ids["person_id"] = people[LEARNER]
    suite.clear(process.by("learner-43"))
    return tenant
