"""Fakes of this service's stores, and things to try."""

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fakes_methodology import FakeMethodologies
from fakes_support import FakeSupport, answer_of
from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.checks import ClaimFacts, LineFacts
from ila_funding.domain.indicator import Indicator
from ila_funding.domain.ledger import Account
from ila_funding.domain.line_rules import LineRules
from ila_funding.domain.programme import PinnedMethodology, PublishedProgramme
from ila_funding.domain.provider import Provider
from ila_funding.domain.request import HoldRequest
from ila_funding.domain.result import ClaimableResult
from ila_funding.domain.stratum import EVERY
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.events.published import BudgetThresholdReached, ProgrammePriced
from ila_funding.parameters import load_methodologies
from ila_funding.usecases.alarms import line_use
from ila_funding.usecases.budget_lines import RegisterCall, register_call
from ila_funding.usecases.holds import RequestHold
from ila_funding.usecases.limits import ProposeLimit, approve_change, propose_limit
from ila_funding.usecases.programmes import register_programme
from ila_funding.usecases.support_checks import clear_holds
from ila_kit.actor import process_actor
from ila_kit.ids import uuid7
from ila_kit.testing.fakes import NOON, FakeUnit, someone

from .fakes_entitlements import FakeEntitlements, FakeLateChanges, FakePeriods, FakeTopUps

CONTINUING = "Datorsistēmas, datubāzes un datortīkli"
SOURCE = "RRF 2.3.1.4.i"


RULES = [field.name for field in fields(LineRules)]


class FakeTold:
    """Calls or programmes by id: the newest sequence."""

    def __init__(self, key: str):
        self.key, self.rows = key, {}

    def get(self, one: UUID):
        return self.rows.get(one)

    def save(self, new) -> bool:
        old = self.rows.get(getattr(new, self.key))
        if old and old.sequence >= new.sequence:
            return False
        self.rows[getattr(new, self.key)] = new
        return True


class FakeProgrammes(FakeTold):
    """Programmes with what their agreement pinned."""

    def __init__(self, agreements: "FakeAgreements"):
        super().__init__("programme_id")
        self.agreements = agreements

    def get(self, one: UUID):
        programme = self.rows.get(one)
        agreement = self.agreements.rows.get(programme.agreement_id) if programme else None
        if agreement is None or agreement.in_force_at is None:
            return programme
        return replace(
            programme, pinned=PinnedMethodology(agreement.methodology_version, agreement.in_force_at)
        )


class FakeAgreements:
    """Agreements: each of their two facts once."""

    def __init__(self):
        self.rows = {}

    def note_in_force(self, new):
        old = self.rows.setdefault(new.id, new)
        if old.in_force_at is None:
            told = {name: getattr(new, name) for name in ("number", "in_force_at", "methodology_version")}
            self.rows[new.id] = replace(old, **told)

    def note_ended(self, new):
        old = self.rows.setdefault(new.id, new)
        if old.ended_at is None:
            self.rows[new.id] = replace(old, ended_at=new.ended_at, outcome=new.outcome)


class FakePrices:
    """Prices as they were told last, and what could not be priced."""

    def __init__(self):
        self.rows, self.refused = {}, {}

    def get(self, programme_id):
        return self.rows.get(programme_id)

    def put(self, price):
        told = self.rows.get(price.programme_id)
        if (told.version if told else 0) != price.version - 1:
            return False
        self.rows[price.programme_id] = price
        self.refused.pop(price.programme_id, None)
        return True

    def note_refusal(self, programme_id, code, tried_by):
        self.refused[programme_id] = code


class FakeLines:
    def __init__(self):
        self.rows = {}

    def of_call(self, call_id, funding_source, activity, stratum):
        place = (call_id, funding_source, activity, stratum)
        return next((one for one in self.rows.values() if self.place(one) == place), None)

    def paying(self, call_id, funding_source, activity, strata):
        found = [self.of_call(call_id, funding_source, activity, one) for one in [*strata, EVERY]]
        return next((one for one in found if one and one.opened_at), None)

    def place(self, line):
        return line.call_id, line.funding_source, line.activity, line.stratum

    def lock(self, line_id):
        return self.rows.get(line_id)

    def add(self, line):
        if self.of_call(*self.place(line)):
            return False
        self.rows[line.id] = line
        return True

    def set_limit(self, line_id, limit, now):
        line = self.rows[line_id]
        if limit < line.limit_amount - line.free:
            return False
        self.rows[line_id] = replace(line, limit_amount=limit, opened_at=line.opened_at or now)
        return True

    def set_rules(self, line_id, rules, now):
        self.rows[line_id] = replace(self.rows[line_id], **{one: getattr(rules, one) for one in RULES})

    def set_alarm(self, line_id, alarm):
        self.rows[line_id] = replace(self.rows[line_id], alarm=alarm)

    def save_pause(self, line):
        self.rows[line.id] = line


class FakeLineChanges:
    """Proposed changes of lines: one at a time for each."""

    def __init__(self):
        self.rows = {}

    def add(self, change):
        assert self.pending(change.line_id) is None
        self.rows[change.id] = change

    def save(self, change):
        self.rows[change.id] = change

    def lock(self, change_id):
        return self.rows.get(change_id)

    def pending(self, line_id):
        mine = [one for one in self.rows.values() if one.line_id == line_id and one.state == "proposed"]
        return mine[0] if mine else None


class FakeRequests:
    def __init__(self, lines: FakeLines, kept: Callable[[Sequence[HoldRequest]], None]):
        self.lines, self.kept, self.rows = lines, kept, {}

    def claim(self, request):
        old = self.rows.get(request.application_id)
        if old is None:
            self.rows[request.application_id] = request
        return old

    def claim_all(self, requests):
        return {one.application_id for one in requests if self.claim(one) is None}

    def claim_ending(self, ending):
        old = self.rows.setdefault(ending.application_id, ending)
        if isinstance(old, HoldRequest):
            return old
        if old.ended_sequence < ending.ended_sequence:
            self.rows[ending.application_id] = ending
        return None

    def lock(self, application_id):
        return self.rows.get(application_id)

    def save(self, request):
        self.rows[request.application_id] = request

    def behind(self, hold_id):
        return [one.application_id for one in self.rows.values() if getattr(one, "behind", None) == hold_id]

    def save_all(self, requests):
        self.rows |= {one.application_id: one for one in requests}
        self.kept([one for one in requests if one.state == "granted"])

    def waiting(self, line, now):
        mine = [one for one in self.rows.values() if isinstance(one, HoldRequest) and one.line_id == line.id]
        served = [one for one in mine if one.state == "waiting" and not line.lets_wait(one.strata, now)]
        return sorted(served, key=lambda one: one.receipt_sequence)

    def accounts_waiting(self, line_id, now, limit):
        return [(one.person_id, one.call_id) for one in self.waiting(self.lines.rows[line_id], now)[:limit]]

    def next_waiting(self, line_id, now):
        return next(iter(self.waiting(self.lines.rows[line_id], now)), None)


class FakeHolds:
    def __init__(self):
        self.rows = {}

    def add_all(self, holds):
        for hold in holds:
            assert hold.application_id not in {one.application_id for one in self.rows.values() if one.live}
            self.rows[hold.id] = hold

    def save(self, hold):
        self.rows[hold.id] = hold

    def lock(self, hold_id):
        return self.rows.get(hold_id)

    def of_application(self, application_id):
        mine = [one for one in self.rows.values() if one.application_id == application_id]
        return max(mine, key=lambda one: one.id, default=None)

    def lock_all(self, hold_ids):
        return [self.rows[one] for one in sorted(hold_ids)]

    def save_all(self, holds):
        self.rows |= {hold.id: hold for hold in holds}


class FakeLedger:
    def __init__(self, lines: FakeLines, requests: FakeRequests):
        self.lines, self.requests = lines, requests
        self.movements = []

    def record(self, movement):
        self.movements.append(movement)

    def post(self, movement, turn=None, strata=()):
        line = self.lines.rows[movement.line_id]
        kept = {
            account.value: getattr(line, account.value) + movement.change(account)
            for account in (Account.HELD, Account.COMMITTED, Account.CONSUMED)
        }
        waiting = self.requests.waiting(line, movement.at)
        ahead = [one for one in waiting if turn and one.receipt_sequence < turn]
        paused = turn and line.lets_wait(strata, movement.at)
        if sum(kept.values()) > line.limit_amount or ahead or paused:
            return None
        assert min(kept.values()) >= 0
        line = self.lines.rows[line.id] = replace(line, **kept, version=line.version + 1)
        self.record(movement)
        return line_use(line)

    def lock_accounts(self, accounts):
        """Nobody else is here."""

    def post_all(self, movements):
        for movement in movements:
            self.post(movement)


class FakeResults:
    """Verified results by application, and which claim each is in."""

    def __init__(self, holds: FakeHolds):
        self.holds, self.rows, self.claimed = holds, {}, {}

    def note(self, result):
        self.rows.setdefault(result.application_id, result)

    def lock_claimable(self, organisation_id, call_id, most):
        place = (organisation_id, call_id)
        found = []
        for one in self.rows.values():
            hold = self.holds.of_application(one.application_id)
            mine = (one.organisation_id, one.call_id) == place and not self.claimed.get(one.application_id)
            if (
                mine
                and hold
                and hold.state == "committed"
                and not hold.provisional
                and hold.support_check == "clear"
            ):
                found.append(
                    ClaimableResult(
                        application_id=one.application_id,
                        programme_id=one.programme_id,
                        completed_on=one.completed_on,
                        hold_id=hold.id,
                        amount=hold.amount,
                        quote_hash=hold.quote_hash,
                    )
                )
        return sorted(found, key=lambda one: (one.completed_on, one.application_id))[:most]

    def set_claim(self, application_ids, claim_id):
        self.claimed |= dict.fromkeys(application_ids, claim_id)


class FakeProviders:
    """Providers: approval and standing, each by the newest sequence."""

    def __init__(self):
        self.rows = {}

    def note_approved(self, new):
        old = self.rows.get(new.organisation_id, Provider(organisation_id=new.organisation_id))
        if old.approved_sequence < new.approved_sequence:
            told = ("viis_number", "title", "approved_by", "approved_sequence")
            old = replace(old, **{name: getattr(new, name) for name in told})
        self.rows[new.organisation_id] = old

    def note_standing(self, organisation_id, suspended, sequence):
        old = self.rows.get(organisation_id, Provider(organisation_id=organisation_id))
        if old.standing_sequence < sequence:
            old = replace(old, suspended=suspended, standing_sequence=sequence)
        self.rows[organisation_id] = old

    def some(self, organisation_ids):
        return [self.rows[one] for one in organisation_ids if one in self.rows]


class FakeClaims:
    """Claims, their lines and their checks."""

    def __init__(self, unit: "FakeFunding"):
        self.unit, self.rows, self.of, self.made = unit, {}, {}, []

    def add(self, claim, lines):
        taken = {
            line.application_id for lines in self.of.values() for line in lines if line.state == "claimed"
        }
        assert not taken & {line.application_id for line in lines}
        self.rows[claim.id], self.of[claim.id] = claim, list(lines)

    def lock(self, claim_id):
        return self.rows.get(claim_id)

    def lock_all(self, claim_ids):
        return [self.rows[one] for one in sorted(claim_ids) if one in self.rows]

    def save(self, claim):
        self.rows[claim.id] = claim

    def lines(self, claim_ids):
        return [line for one in claim_ids for line in self.of[one] if line.state == "claimed"]

    def payees(self, claim_ids):
        return {
            line.hold_id: self.rows[one].organisation_id for one in claim_ids for line in self.lines([one])
        }

    def set_lines(self, claim_id, application_ids, state):
        self.of[claim_id] = [
            replace(line, state=state)
            if line.state == "claimed" and (application_ids is None or line.application_id in application_ids)
            else line
            for line in self.of[claim_id]
        ]

    def facts(self, claim_id):
        organisation = self.rows[claim_id].organisation_id
        return ClaimFacts(
            claim_id=claim_id,
            lines=[self._facts(claim_id, line) for line in self.lines([claim_id])],
            agreements=[
                one for one in self.unit.agreements.rows.values() if one.organisation_id == organisation
            ],
            provider=self.unit.providers.rows.get(organisation),
        )

    def add_checks(self, checks, run_id=None):
        self.made += [(run_id, check) for check in checks]

    def checks(self, claim_id):
        return [check for run_id, check in self.made if run_id is None and check.claim_id == claim_id]

    def _facts(self, claim_id, line):
        hold = self.unit.holds.rows.get(line.hold_id)
        result = self.unit.results.rows.get(line.application_id)
        paid = [
            one.id for one in self.rows.values() if one.state in ("paid", "recovered") and one.id != claim_id
        ]
        return LineFacts(
            application_id=line.application_id,
            programme_id=line.programme_id,
            amount=line.amount,
            quote_hash=line.quote_hash,
            hold_state=hold and hold.state,
            hold_amount=hold and hold.amount,
            hold_quote_hash=hold and hold.quote_hash,
            provisional=hold and hold.provisional,
            support_check=hold and hold.support_check,
            completed_on=result and result.completed_on,
            paid_before=any(
                other.application_id == line.application_id and other.state != "refused"
                for one in paid
                for other in self.of[one]
            ),
        )


class FakeRuns:
    """Payment runs, their payments and the numbers they go to."""

    def __init__(self):
        self.rows, self.of, self.numbers, self.files = {}, {}, {}, {}

    def add(self, run, payments, accounts):
        ibans = {account.account_id: account.iban for account in accounts}
        self.rows[run.id], self.of[run.id] = run, list(payments)
        self.numbers[run.id] = {one.claim_id: ibans.get(one.account_id) for one in payments}

    def lock(self, run_id):
        return self.rows.get(run_id)

    def save(self, run):
        self.rows[run.id] = run

    def payments(self, run_id):
        return sorted(self.of[run_id], key=lambda one: one.claim_id)

    def set_payments(self, run_id, state):
        self.of[run_id] = [replace(one, state=state) for one in self.of[run_id]]

    def ibans(self, run_id):
        return self.numbers[run_id]

    def keep_file(self, run_id, data):
        self.files[run_id] = data

    def file(self, run_id):
        return self.files.get(run_id)

    def never_paid(self, organisation_ids):
        out = [one.id for one in self.rows.values() if one.state in ("released", "exported", "settled")]
        paid = {payment.organisation_id for one in out for payment in self.of[one]}
        return [one for one in organisation_ids if one not in paid]


class FakeIndicators:
    """Accounts and results by person."""

    def __init__(self, results: FakeResults):
        self.results, self.accounts = results, {}

    def knows(self, person_id):
        return person_id in self.accounts

    def note_account(self, person_id, opened_at):
        self.accounts.setdefault(person_id, opened_at)

    def counts(self, ends):
        return [
            {
                Indicator.ACCOUNT_USERS: len(
                    [at for at in self.accounts.values() if end is None or at < end]
                ),
                Indicator.ADULTS: len(
                    {
                        one.person_id
                        for one in self.results.rows.values()
                        if end is None or one.verified_at < end
                    }
                ),
            }
            for end in ends
        ]


class FakeFunding(FakeUnit):
    """A unit of work of this service in memory; nobody was supported before, and the register says so."""

    def __init__(self):
        super().__init__(process_actor("funding"), NOON)
        self.methodologies = FakeMethodologies()
        self.agreements = FakeAgreements()
        self.calls, self.programmes = FakeTold("call_id"), FakeProgrammes(self.agreements)
        self.lines, self.holds = FakeLines(), FakeHolds()
        self.register_answers = True
        self.requests = FakeRequests(self.lines, self.hear_register)
        self.prices, self.line_changes = FakePrices(), FakeLineChanges()
        self.ledger = FakeLedger(self.lines, self.requests)
        self.entitlements, self.top_ups = FakeEntitlements(self.ledger, self.holds), FakeTopUps()
        self.periods, self.late_changes = FakePeriods(self.ledger), FakeLateChanges()
        self.providers, self.results = FakeProviders(), FakeResults(self.holds)
        self.claims, self.runs = FakeClaims(self), FakeRuns()
        self.support = FakeSupport(self.holds, self.claims)
        self.indicators = FakeIndicators(self.results)

    def commit(self):
        """Nothing is undone here."""

    def hear_register(self, granted):
        """Have the register of earlier support answer at once, unless a test says otherwise."""
        if self.register_answers:
            holds = [self.holds.of_application(one.application_id) for one in granted]
            clear_holds(self, {hold.id: answer_of(hold) for hold in holds})

    @property
    def line(self):
        """The only budget line."""
        (line,) = self.lines.rows.values()
        return line

    @property
    def of_money(self) -> list[Any]:
        """The events about people's money: all but the prices of programmes and the alarms of lines."""
        others = (ProgrammePriced, BudgetThresholdReached)
        return [event for event in self.events if not isinstance(event, others)]

    def told(self, kind: type) -> list[Any]:
        """Return the published events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]


class FakeUnits:
    """Gives the same unit to every request."""

    engine = None

    def __init__(self, unit: FakeFunding):
        self.unit = unit

    @contextmanager
    def read(self, actor):
        self.unit.actor = actor
        yield self.unit


@pytest.fixture
def unit() -> FakeFunding:
    return FakeFunding()


@pytest.fixture(scope="session")
def new_unit() -> type[FakeFunding]:
    """What makes a fresh unit, as often as a test needs one."""
    return FakeFunding


@pytest.fixture
def methodology():
    return load_methodologies().versions[0]


@pytest.fixture
def units(unit) -> FakeUnits:
    return FakeUnits(unit)


@pytest.fixture
def call_id() -> UUID:
    return uuid7()


@pytest.fixture
def programme_id() -> UUID:
    return uuid7()


def example_set() -> Training:
    """The seed's set of 34 h + 136 h."""
    parts = (Part("Vienkāršu algoritmu izstrāde", 34), Part("Lokālo tīklu ierīkošana un uzturēšana", 136))
    return Training(kind=Kind.MODULE_SET, parts=parts, continuing_programme=CONTINUING)


@pytest.fixture
def publish_call(unit, call_id, change_limit) -> Callable[..., None]:
    def publish(
        limit: str = "2132000.00",
        sequence: int = 1,
        mode: str = "first_come",
        days: int = 30,
        rule: str = "completion_only",
    ) -> None:
        call = PublishedCall(
            call_id=call_id,
            code="call-1",
            title_lv="1. uzaicinājums",
            title_en="First call",
            funding_source=SOURCE,
            activity="training",
            hold_days=days,
            opening_mode=mode,
            drop_out_rule=rule,
            sequence=sequence,
        )
        register_call(unit, RegisterCall(call=call, budget_limit=Decimal(limit)))
        if sequence == unit.calls.get(call_id).sequence and limit != str(unit.line.limit_amount):
            change_limit(limit)

    return publish


@pytest.fixture
def change_limit(unit) -> Callable[..., None]:
    """Have two persons change what the only line may spend."""

    def change(limit: str, of: FakeFunding = unit) -> None:
        machine, of.actor = of.actor, someone("rate_manager")
        wish = ProposeLimit(line_id=of.line.id, limit=Decimal(limit), reason="Tā lemts.")
        proposed = propose_limit(of, wish)
        of.actor = someone("rate_approver")
        approve_change(of, of.line.id, proposed.id)
        of.actor = machine

    return change


@pytest.fixture
def publish_programme(unit, call_id, programme_id) -> Callable[..., None]:
    def publish(training: Training | None = None, sequence: int = 1, **changes: Any) -> None:
        programme = PublishedProgramme(
            programme_id=programme_id,
            call_id=call_id,
            title_lv="Algoritmi un lokālie tīkli",
            funding_source=SOURCE,
            training=training or example_set(),
            sequence=sequence,
        )
        register_programme(unit, replace(programme, **changes))

    return publish


@pytest.fixture
def asked(call_id, programme_id) -> Callable[..., RequestHold]:
    def ask(place: int = 1, **changes: Any) -> RequestHold:
        request = RequestHold(
            application_id=uuid7(),
            person_id=uuid7(),
            call_id=call_id,
            programme_id=programme_id,
            applied_on=date(2024, 11, 20),
            receipt_sequence=place,
            provisional=False,
            sequence=3,
        )
        return replace(request, **changes)

    return ask
