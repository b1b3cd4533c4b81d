"""Whatever happens in whatever order, no line is overspent, the ledger sums to zero, everything agrees."""

import json
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from ila_funding.consumers import TIMERS
from ila_funding.domain.agreement import Agreement
from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.ledger import Account
from ila_funding.domain.payee import BankAccount
from ila_funding.domain.programme import PublishedProgramme
from ila_funding.domain.provider import Provider
from ila_funding.domain.request import Ending
from ila_funding.domain.result import VerifiedResult
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.usecases.agreements import pin_methodology
from ila_funding.usecases.budget_lines import RegisterCall, register_call
from ila_funding.usecases.claims import (
    BuildClaim,
    DecideClaim,
    build_claim,
    check_submitted_claim,
    decide_claim,
    submit_claim,
)
from ila_funding.usecases.commitments import CommitFunds, commit_funds
from ila_funding.usecases.endings import EndRequest, end_request
from ila_funding.usecases.holds import RequestHold, request_hold
from ila_funding.usecases.payment_runs import MakeRun, check_run, fail_run, make_run, release_run
from ila_funding.usecases.programmes import register_programme
from ila_funding.usecases.settlements import (
    RecoverClaim,
    SettleRun,
    export_run,
    recover_claim,
    settle_run,
)
from ila_kit.actor import EVERYTHING, process_actor
from ila_kit.errors import DomainError
from ila_kit.events import NotYet
from ila_kit.ids import uuid7
from ila_kit.testing.fakes import NOON, someone
from jsonschema import Draft202012Validator, FormatChecker

CALL, PROGRAMME, AGREEMENT, ORGANISATION = (uuid7() for _ in range(4))
PRICE = Decimal("412.13")
LIMIT = PRICE * 4
SYSTEM = process_actor("funding")
PEOPLE = {
    role: [someone(role) for _ in range(2)]
    for role in (
        *("provider_signatory", "claim_officer", "payment_maker", "payment_checker", "payment_releaser"),
    )
}
NUMBERS = [uuid7() for _ in range(7)]
APPLICATIONS, CHOICE, SECOND = (st.sampled_from(NUMBERS), st.integers(0, 9), st.integers(0, 1))


class BankFileOf:
    """Writes the sum of the transfers."""

    def write(self, file) -> bytes:
        return str(sum(one.amount for one in file.transfers)).encode()


class Money(RuleBasedStateMachine):
    """Facts and people's steps, one after the other; a refused one changes nothing."""

    new_unit: type

    def __init__(self):
        super().__init__()
        self.unit = type(self).new_unit()
        self.versions = dict.fromkeys(NUMBERS, 1)
        call = PublishedCall(
            call_id=CALL,
            code="call-1",
            title_lv="Pirmais",
            title_en="First",
            funding_source="AF",
            activity="training",
            hold_days=30,
            opening_mode="first_come",
            drop_out_rule="completion_only",
            sequence=1,
        )
        register_call(self.unit, RegisterCall(call=call, budget_limit=LIMIT))
        programme = PublishedProgramme(
            programme_id=PROGRAMME,
            call_id=CALL,
            title_lv="Datortīkli",
            funding_source="AF",
            training=Training(kind=Kind.STUDY_COURSE, parts=(Part("Datortīkli", 160),)),
            sequence=1,
            agreement_id=AGREEMENT,
        )
        register_programme(self.unit, programme)
        agreement = Agreement(
            id=AGREEMENT,
            organisation_id=ORGANISATION,
            call_id=CALL,
            programme_ids=(PROGRAMME,),
            number="1",
            in_force_at=NOON,
        )
        pin_methodology(self.unit, agreement)
        self.unit.providers.note_approved(
            Provider(organisation_id=ORGANISATION, title="Paraugu koledža", approved_sequence=1)
        )

    def attempt(self, actor, use_case, *what) -> None:
        """Carry a use case out like a transaction: all of it, or nothing."""
        before = deepcopy(self.unit.__dict__)
        self.unit.actor = actor
        try:
            use_case(self.unit, *what)
        except (DomainError, NotYet):
            self.unit.__dict__.update(before)
            self.unit.claims.unit = self.unit
            self.unit.requests.kept = self.unit.hear_register

    def version(self, application) -> int:
        self.versions[application] += 1
        return self.versions[application]

    def one_of(self, things: dict, number: int):
        return list(things)[number % len(things)]

    @rule(application=APPLICATIONS, provisional=st.booleans())
    def found_eligible(self, application, provisional):
        command = RequestHold(
            application_id=application,
            person_id=application,
            call_id=CALL,
            programme_id=PROGRAMME,
            applied_on=date(2024, 11, 20),
            receipt_sequence=NUMBERS.index(application) + 1,
            provisional=provisional,
            sequence=self.version(application),
        )
        self.attempt(SYSTEM, request_hold, command)

    @rule(application=APPLICATIONS)
    def enrolled(self, application):
        command = CommitFunds(application_id=application, sequence=self.version(application))
        self.attempt(SYSTEM, commit_funds, command)

    @rule(application=APPLICATIONS, reason=st.sampled_from(Ending))
    def ended(self, application, reason):
        # A verified result is the last word, unless a provisional decision is taken back by its re-check.
        hold = self.unit.holds.of_application(application)
        if application not in self.unit.results.rows or (hold and hold.provisional):
            sequence = self.version(application)
            self.attempt(
                SYSTEM, end_request, EndRequest(application_id=application, reason=reason, sequence=sequence)
            )

    @rule(application=APPLICATIONS)
    def verified(self, application):
        hold = self.unit.holds.of_application(application)
        if hold is not None and hold.state == "committed":
            self.unit.results.note(
                VerifiedResult(
                    application_id=application,
                    person_id=application,
                    call_id=CALL,
                    programme_id=PROGRAMME,
                    organisation_id=ORGANISATION,
                    completed_on=date(2024, 12, 20),
                    verified_at=NOON,
                )
            )

    @rule(who=SECOND)
    def build(self, who):
        command = BuildClaim(organisation_id=ORGANISATION, call_id=CALL)
        self.attempt(PEOPLE["provider_signatory"][who], build_claim, EVERYTHING, command)

    @precondition(lambda self: self.unit.claims.rows)
    @rule(number=CHOICE, who=SECOND)
    def submit(self, number, who):
        claim = self.one_of(self.unit.claims.rows, number)
        self.attempt(PEOPLE["provider_signatory"][who], submit_claim, EVERYTHING, claim)

    @precondition(lambda self: self.unit.claims.rows)
    @rule(number=CHOICE, who=SECOND)
    def check(self, number, who):
        claim = self.one_of(self.unit.claims.rows, number)
        self.attempt(PEOPLE["claim_officer"][who], check_submitted_claim, claim)

    @precondition(lambda self: self.unit.claims.rows)
    @rule(number=CHOICE, who=SECOND, action=st.sampled_from(["approve", "approve", "reduce", "refuse"]))
    def decide(self, number, who, action):
        claim = self.one_of(self.unit.claims.rows, number)
        first = [line.application_id for line in self.unit.claims.lines([claim])][:1]
        command = DecideClaim(
            claim_id=claim, action=action, reason="Tā.", refused_lines=first if action == "reduce" else ()
        )
        self.attempt(PEOPLE["claim_officer"][who], decide_claim, command)

    @precondition(lambda self: self.unit.claims.rows)
    @rule(number=CHOICE, who=SECOND)
    def make(self, number, who):
        claim = self.one_of(self.unit.claims.rows, number)
        account = BankAccount(
            organisation_id=ORGANISATION,
            title="Paraugu koledža",
            account_id=AGREEMENT,
            iban="LV78PARA0000000000001",
            holder="Paraugu koledža",
            state="confirmed",
            payable_from=NOON,
        )
        self.attempt(PEOPLE["payment_maker"][who], make_run, MakeRun(claim_ids=[claim], accounts=[account]))

    @precondition(lambda self: self.unit.runs.rows)
    @rule(number=CHOICE, who=SECOND, step=st.sampled_from([check_run, release_run, export_run, settle_run]))
    def go_on(self, number, who, step):
        run = self.one_of(self.unit.runs.rows, number)
        roles = {release_run: "payment_releaser"}
        what = {
            export_run: (BankFileOf(), run),
            settle_run: (SettleRun(run_id=run, bank_reference="B", settled_on=self.unit.now.date()),),
        }
        actor = PEOPLE[roles.get(step, "payment_checker")][who]
        self.attempt(actor, step, *what.get(step, (run,)))

    @precondition(lambda self: self.unit.runs.rows)
    @rule(number=CHOICE, who=SECOND)
    def fail(self, number, who):
        run = self.one_of(self.unit.runs.rows, number)
        self.attempt(PEOPLE["payment_checker"][who], fail_run, run, "Banka noraidīja.")

    @precondition(lambda self: self.unit.claims.rows)
    @rule(number=CHOICE, who=SECOND)
    def recover(self, number, who):
        claim = self.one_of(self.unit.claims.rows, number)
        command = RecoverClaim(claim_id=claim, bank_reference="B", reason="Atgūts.")
        self.attempt(PEOPLE["payment_checker"][who], recover_claim, command)

    @rule(days=st.integers(1, 40))
    def time_passes(self, days):
        self.unit.now += timedelta(days=days)
        for (subject, name), due in sorted(self.unit.timers.items(), key=lambda one: one[1]):
            if due <= self.unit.now and self.unit.timers.pop((subject, name), None):
                self.attempt(SYSTEM, TIMERS[name], subject)

    @invariant()
    def no_line_is_overspent(self):
        line = self.unit.line
        assert min(line.held, line.committed, line.consumed) >= 0
        assert line.held + line.committed + line.consumed <= line.limit_amount

    @invariant()
    def the_ledger_sums_to_zero_and_gives_the_balances(self):
        movements = self.unit.ledger.movements
        assert sum(amount for one in movements for _, amount in one.entries()) == 0
        for account in (Account.HELD, Account.COMMITTED, Account.CONSUMED):
            assert sum(one.change(account) for one in movements) == getattr(self.unit.line, account.value)

    @invariant()
    def holds_give_the_balances_too(self):
        for state in ("held", "committed", "consumed"):
            held = sum(hold.amount for hold in self.unit.holds.rows.values() if hold.state == state)
            assert held == getattr(self.unit.line, state)

    @invariant()
    def what_is_consumed_is_what_was_paid(self):
        paid = [claim.amount for claim in self.unit.claims.rows.values() if claim.state == "paid"]
        assert sum(paid) == self.unit.line.consumed

    @invariant()
    def a_result_is_claimed_once_and_a_claim_paid_once(self):
        claimed = [line for one in self.unit.claims.of.values() for line in one if line.state == "claimed"]
        assert len({line.application_id for line in claimed}) == len(claimed)
        payments = [one for of in self.unit.runs.of.values() for one in of if one.state != "failed"]
        assert len({one.claim_id for one in payments}) == len(payments)

    @invariant()
    def six_eyes_looked_at_every_released_run(self):
        for run in self.unit.runs.rows.values():
            if run.released_by:
                claims = [self.unit.claims.rows[one.claim_id] for one in self.unit.runs.of[run.id]]
                eyes = [run.made_by, run.checked_by, run.released_by]
                eyes += [one.checked_by for one in claims] + [one.decided_by for one in claims]
                assert len(set(eyes)) == len(eyes)


def test_whatever_happens_the_money_stays_right(new_unit):
    model = type("Model", (Money,), {"new_unit": new_unit})
    model.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
    model.TestCase().runTest()


def test_the_model_reaches_a_settled_run(new_unit):
    """The rules above are able to go the whole way, so the model tests what it seems to."""
    model = type("Model", (Money,), {"new_unit": new_unit})()
    model.found_eligible(NUMBERS[0], False)
    model.enrolled(NUMBERS[0])
    model.unit.now = NOON + timedelta(days=1)
    model.verified(NUMBERS[0])
    for step in (lambda: model.build(0), lambda: model.submit(0, 0), lambda: model.check(0, 0)):
        step()
    model.decide(0, 1, "approve")
    model.make(0, 0)
    for step in (check_run, release_run, export_run, settle_run):
        model.go_on(0, 0, step)
    assert model.unit.line.consumed == PRICE
    model.recover(0, 1)
    assert (model.unit.line.consumed, model.unit.line.free) == (0, LIMIT)
    told = {event.type: event.as_data() for event in model.unit.events}
    assert {"funding.claim_approved.v1", "funding.payment_released.v1", "funding.payment_settled.v1"} < set(
        told
    )
    for title, data in told.items():
        schema = (files("ila_funding") / f"events/published/{title}.json").read_text()
        Draft202012Validator(json.loads(schema), format_checker=FormatChecker()).validate(data)
