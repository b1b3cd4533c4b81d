"""The smaller rules around a payment: accounts, days, silence, the bank's file, sealing, asking identity."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ila_funding.clients.bank_file import Pain001, Payer
from ila_funding.clients.identity import IdentityAccounts
from ila_funding.consumers import HANDLERS, TIMERS
from ila_funding.domain.agreement import Agreement
from ila_funding.domain.claim import Claim, ClaimLine
from ila_funding.domain.indicator import Indicator, Target
from ila_funding.domain.payee import BankAccount, account_to_pay, masked
from ila_funding.domain.payment_run import Payment, PaymentRun
from ila_funding.domain.transfer import Transfer, TransferFile, transfer_file
from ila_funding.parameters import load_targets
from ila_funding.settings import Settings
from ila_funding.usecases.indicators import count_indicators
from ila_kit.cli import offline_environment
from ila_kit.clock import as_instant
from ila_kit.errors import Unavailable
from ila_kit.events import Envelope
from ila_kit.ids import uuid7
from ila_kit.testing.fakes import NOON
from sepaxml.validation import try_valid_xml

IBAN = "LV78PARA0000000000001"
PRICE = Decimal("608.99")
CLAIM_DUE, RUN_DUE = "claim-due", "run-due"
letters = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=90)


def account(state: str = "confirmed", days: int | None = -1, **changes) -> BankAccount:
    begins = None if days is None else NOON + timedelta(days=days)
    made = BankAccount(
        organisation_id=uuid7(),
        title="Paraugu koledža",
        account_id=uuid7(),
        iban=IBAN,
        holder="SIA “Paraugu koledža”",
        state=state,
        payable_from=begins,
    )
    return replace(made, **changes)


def claim(**changes) -> Claim:
    made = Claim(
        id=uuid7(),
        organisation_id=uuid7(),
        call_id=uuid7(),
        amount=PRICE,
        built_by=str(uuid7()),
        due_at=NOON + timedelta(days=30),
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(made, **changes)


def run(**changes) -> PaymentRun:
    made = PaymentRun(
        id=uuid7(),
        amount=PRICE,
        call_id=None,
        made_by=str(uuid7()),
        due_at=NOON + timedelta(days=10),
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(made, **changes)


def test_the_account_that_cooled_last_is_paid():
    old, new, cooling = account(days=-9), account(days=-1), account(days=2)
    assert account_to_pay([old, cooling, new], NOON) is new
    assert account_to_pay([cooling, account("entered", None)], NOON) is cooling
    assert account_to_pay([], NOON) is None


def test_an_account_cools_to_the_instant():
    standing = account(days=0).standing
    assert standing.cooled(NOON)
    assert not standing.cooled(NOON - timedelta(microseconds=1))
    assert not account("entered", -1).standing.confirmed


def test_a_number_is_masked_and_left_out_of_representations():
    assert masked(IBAN) == "LV78…0001"
    assert IBAN not in repr(account())


@pytest.mark.parametrize(
    ("day", "covered"),
    [
        (date(2024, 11, 12), False),
        (date(2024, 11, 13), True),
        (date(2025, 3, 20), True),
        (date(2025, 3, 21), False),
    ],
)
def test_an_agreement_pays_for_results_of_its_days_in_riga(day, covered):
    programme = uuid7()
    agreement = Agreement(
        id=uuid7(),
        organisation_id=uuid7(),
        call_id=uuid7(),
        programme_ids=(programme,),
        in_force_at=datetime(2024, 11, 12, 22, 0, tzinfo=UTC),  # midnight in Riga
        ended_at=datetime(2025, 3, 20, 21, 59, tzinfo=UTC),
    )
    assert agreement.covers(programme, day) is covered
    assert not agreement.covers(uuid7(), day)
    assert not replace(agreement, in_force_at=None).covers(programme, day)


def test_a_claim_that_is_not_submitted_lapses_and_its_results_are_free(unit):
    one = claim()
    application = uuid7()
    line = ClaimLine(
        application_id=application,
        programme_id=uuid7(),
        hold_id=uuid7(),
        completed_on=date(2024, 11, 1),
        amount=PRICE,
        quote_hash="0",
    )
    unit.claims.add(one, [line])
    unit.results.set_claim([application], one.id)
    TIMERS[CLAIM_DUE](unit, one.id)
    assert unit.claims.rows[one.id] == one
    unit.now = one.due_at
    TIMERS[CLAIM_DUE](unit, one.id)
    lapsed = unit.claims.rows[one.id]
    assert (lapsed.state, lapsed.reason, lapsed.due_at) == ("refused", "not-submitted-in-time", None)
    assert unit.results.claimed == {application: None}
    TIMERS[CLAIM_DUE](unit, one.id)
    assert unit.claims.rows[one.id] == lapsed


@pytest.mark.parametrize("state", ["submitted", "checked", "approved", "reduced"])
def test_a_claim_the_agency_leaves_lying_is_overdue_and_stays_what_it_is(unit, state):
    one = claim(state=state, reason="Tā.")
    unit.claims.add(one, [])
    unit.now = one.due_at
    for _ in range(2):
        TIMERS[CLAIM_DUE](unit, one.id)
    reminded = unit.claims.rows[one.id]
    assert (reminded.state, reminded.overdue_since, reminded.reason) == (state, unit.now, "Tā.")
    assert [action for action, *_ in unit.audited] == ["remind_claim"]


@pytest.mark.parametrize("state", ["made", "checked"])
def test_a_run_nobody_releases_fails_and_gives_its_claims_back(unit, state):
    one = run(state=state)
    paid = claim(state="approved", run_id=one.id)
    unit.claims.add(paid, [])
    unit.runs.add(one, [payment(paid)], [])
    unit.now = one.due_at
    TIMERS[RUN_DUE](unit, one.id)
    failed = unit.runs.rows[one.id]
    assert (failed.state, failed.reason) == ("failed", "not-released-in-time")
    assert unit.claims.rows[paid.id].run_id is None
    assert [one.state for one in unit.runs.of[one.id]] == ["failed"]


@pytest.mark.parametrize("state", ["released", "exported"])
def test_a_run_at_the_bank_is_only_shown_as_overdue(unit, state):
    one = run(state=state)
    unit.runs.add(one, [], [])
    unit.now = one.due_at
    TIMERS[RUN_DUE](unit, one.id)
    assert (unit.runs.rows[one.id].state, unit.runs.rows[one.id].overdue_since) == (state, unit.now)


def test_timers_of_what_never_was_do_nothing(unit):
    TIMERS[CLAIM_DUE](unit, uuid7())
    TIMERS[RUN_DUE](unit, uuid7())
    assert not unit.audited


def payment(of: Claim, **changes) -> Payment:
    made = Payment(
        claim_id=of.id,
        organisation_id=of.organisation_id,
        call_id=of.call_id,
        amount=of.amount,
        title="Paraugu koledža",
        account_id=uuid7(),
        holder=None,
        iban_masked=masked(IBAN),
        account_state="confirmed",
        payable_from=NOON,
    )
    return replace(made, **changes)


def written(*transfers: Transfer) -> bytes:
    file = TransferFile(
        message_id=uuid7().hex, created_at=NOON, execution_day=date(2024, 11, 20), transfers=transfers
    )
    payer = Payer("Valsts izglītības attīstības aģentūra", IBAN, "PARALV22")
    data = Pain001(payer).write(file)
    assert Pain001(payer).write(file) == data
    return data


@settings(max_examples=20, deadline=None)
@given(name=letters.filter(str.strip), cents=st.integers(1, 10**9))
def test_whatever_a_provider_is_called_the_file_fits_the_schema_and_sums_up(name, cents):
    amount = Decimal(cents).scaleb(-2)
    one, other = (
        Transfer(reference=uuid7().hex, name=name[:70], iban=IBAN, amount=value, words="Maksājums")
        for value in (amount, PRICE)
    )
    data = written(one, other)
    try_valid_xml(data, "pain.001.001.09")
    texts = {element.tag.rpartition("}")[2]: element.text for element in ET.fromstring(data).iter()}
    assert (texts["NbOfTxs"], Decimal(texts["CtrlSum"])) == ("2", amount + PRICE)
    names = [one.text for one in ET.fromstring(data).iter() if one.tag.endswith("}Nm")]
    assert names.count(name[:70]) == 2


def test_a_file_that_does_not_fit_the_schema_is_never_written():
    with pytest.raises(Exception, match="validation errors"):
        written(Transfer(reference="x", name="x", iban="not a number", amount=PRICE, words="x"))


def test_each_claim_is_one_transfer_that_its_id_comes_back_with():
    paid = claim()
    one = run()
    file = transfer_file(one, [payment(paid)], {paid.id: IBAN}, NOON, date(2024, 11, 20))
    (transfer,) = file.transfers
    assert (file.message_id, transfer.reference) == (one.id.hex, paid.id.hex)
    assert (transfer.name, transfer.amount, str(paid.id) in transfer.words) == (
        "Paraugu koledža",
        PRICE,
        True,
    )


class Identity:
    """A neighbour that answers what it is told to."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def post(self, path, body):
        self.asked.append((path, body))
        return self.answer


def test_identity_is_asked_for_the_accounts_of_organisations():
    organisation, foreign = uuid7(), uuid7()
    told = [
        {
            "organisation_id": str(one),
            "title": "Paraugu koledža",
            "account_id": str(uuid7()),
            "iban": IBAN,
            "holder": "SIA “Paraugu koledža”",
            "state": "confirmed",
            "payable_from": as_instant(NOON),
        }
        for one in (organisation, foreign)
    ]
    identity = Identity({"accounts": told})
    (found,) = IdentityAccounts(lambda: identity).of([organisation], "payment-run")
    assert (found.organisation_id, found.iban, found.standing.confirmed) == (organisation, IBAN, True)
    assert identity.asked == [
        (
            "/api/identity/v1/organisation-accounts",
            {"organisation_ids": [str(organisation)], "purpose": "payment-run"},
        )
    ]
    wrong = [{"accounts": [told[0] | {"iban": "LV00PARA0000000000001"}]}, {"accounts": [{}]}, {}, None]
    for answer in wrong:
        with pytest.raises(Unavailable):
            IdentityAccounts(lambda given=answer: Identity(given)).of([organisation], "payment-run")


def opened(person, at: datetime) -> Envelope:
    data = {"person_id": str(person), "opened_at": as_instant(at)}
    return Envelope(
        id=uuid7(),
        source="identity",
        type="identity.account_opened.v1",
        subject=str(person),
        time=NOON,
        sequence=1,
        data=data,
    )


def test_after_its_day_a_target_shows_the_result_of_that_day(unit):
    target = Target(indicator=Indicator.ACCOUNT_USERS, due_on=date(2024, 11, 20), value=2, source="S-Goal")
    in_time, last, late = (
        NOON,
        datetime(2024, 11, 20, 21, 59, 59, 999999, UTC),
        datetime(2024, 11, 20, 22, 0, tzinfo=UTC),
    )
    for at in (in_time, late, last):
        person = uuid7()
        for _ in range(3):
            HANDLERS["identity.account_opened.v1"](unit, opened(person, at))
    (shown,) = count_indicators(unit, [target]).targets
    assert (shown.count, shown.state) == (3, "reached")
    unit.now = late
    counted = count_indicators(unit, [target, replace(target, value=3)])
    assert [(one.count, one.state) for one in counted.targets] == [(2, "reached"), (2, "missed")]
    assert counted.account_users == 3
    assert [one.value for one in load_targets()] == [1000, 3500, 3500]


def test_production_refuses_the_key_and_the_account_of_development():
    production = offline_environment() | {"ila_env": "production"}
    faults = Settings(**production).faults()
    assert "BANK_ACCOUNT_KEY is the one of development" in faults
    assert "PAYER_IBAN is the invented one of development" in faults
    odd = Settings(**offline_environment() | {"bank_account_key": "x", "payer_iban": "LV00"}).faults()
    assert {"BANK_ACCOUNT_KEY is not 32 bytes in base64", "PAYER_IBAN is no account number"} <= set(odd)
