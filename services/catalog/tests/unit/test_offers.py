"""Offers as use cases: quotas, versions, receipts and everything that must not move."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ila_catalog.clients.keys import KeySigner
from ila_catalog.domain.errors import (
    AttachmentMissing,
    NotConfirmed,
    OffersClosed,
    ProgrammeNotComplete,
    ProgrammeOffered,
    ProviderIsSuspended,
    QuotaExceeded,
    WrongFundingSource,
)
from ila_catalog.domain.offers import content_hash
from ila_catalog.domain.states import OFFER
from ila_catalog.usecases.attachments import (
    Subject,
    detach,
    list_attachments,
    take_attachment,
)
from ila_catalog.usecases.calls import CALL_PHASES
from ila_catalog.usecases.offers import (
    BeginOffer,
    begin_offer,
    revise_offer,
    show_receipt,
    submit_offer,
    try_submission,
    withdraw_offer,
)
from ila_kit.actor import Scope
from ila_kit.errors import Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState
from joserfc import jws
from joserfc.jwk import ECKey, KeySet

DEADLINE = datetime(2024, 10, 11, 21, 0, tzinfo=UTC)
ROLES = ("provider_admin", "provider_editor", "provider_signatory", "provider_trainer", "learner", "system")


def test_a_submission_binds_the_programme_and_gives_a_receipt(desk):
    offer = desk.ready()
    assert try_submission(desk.unit, offer.id, desk.scope) == []
    submitted, receipt = desk.submit(offer)
    assert (submitted.state, submitted.submission, receipt.sequence) == ("submitted", 1, 1)
    assert receipt.signature == f"signed:1:{receipt.sha256}"
    assert show_receipt(desk.unit, offer.id, desk.scope) == receipt
    assert desk.unit.programmes.get(offer.programme_id).state == "bound"
    event, sequence = desk.unit.published[-1]
    assert (event.type, event.sha256, sequence) == (
        "catalog.offer_submitted.v1",
        receipt.sha256,
        submitted.version,
    )


def test_a_fourth_of_a_kind_is_refused_until_one_is_withdrawn(desk):
    offers = [desk.ready() for _ in range(4)]
    for offer in offers[:3]:
        desk.submit(offer)
    with pytest.raises(QuotaExceeded) as refused:
        desk.submit(offers[3])
    assert refused.value.facts["most"] == 3
    assert [fault.code for fault in try_submission(desk.unit, offers[3].id, desk.scope)] == ["quota-exceeded"]
    withdraw_offer(desk.unit, offers[0].id, desk.scope)
    desk.submit(offers[3])
    assert [desk.state(offer) for offer in offers] == ["withdrawn", "submitted", "submitted", "submitted"]


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["submit", "withdraw", "revise"])), max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_whatever_is_done_the_quota_counts_what_is_submitted(desk, steps):
    offers = [desk.ready() for _ in range(5)]
    acts = {
        "submit": desk.submit,
        "withdraw": lambda offer: withdraw_offer(desk.unit, offer.id, desk.scope),
        "revise": lambda offer: desk.write(revise_offer(desk.unit, offer.id, desk.scope)),
    }
    for number, action in steps:
        with suppress(WrongState, QuotaExceeded):
            acts[action](offers[number])
        counted = [desk.state(offer) for offer in offers].count("submitted")
        assert desk.unit.offers.used(offers[0]) == counted <= 3
        bound = [desk.unit.programmes.get(offer.programme_id).state for offer in offers].count("bound")
        assert bound == counted
    for offer in offers:
        if desk.state(offer) == "submitted":
            acts["withdraw"](offer)


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (lambda desk, offer: desk.write(offer, confirmed=False), NotConfirmed),
        (lambda desk, offer: desk.write(offer, funding_source="ESF+"), WrongFundingSource),
        (lambda desk, offer: desk.write(offer, funding_source=None), WrongFundingSource),
        (lambda desk, offer: _suspend(desk), ProviderIsSuspended),
        (lambda desk, offer: _reopen(desk, offer), ProgrammeNotComplete),
        (lambda desk, offer: _detach(desk, offer), AttachmentMissing),
    ],
)
def test_what_is_not_ready_is_refused_by_name_and_nothing_moves(desk, spoil, refusal):
    offer = desk.ready()
    spoil(desk, offer)
    published = len(desk.unit.published)
    with pytest.raises(refusal):
        desk.submit(offer)
    assert refusal.code in [fault.code for fault in try_submission(desk.unit, offer.id, desk.scope)]
    assert (desk.state(offer), len(desk.unit.published), desk.unit.offers.used(offer)) == (
        "draft",
        published,
        0,
    )


def _suspend(desk):
    desk.unit.providers.rows[desk.provider.id] = replace(desk.provider, suspended=True)


def _reopen(desk, offer):
    programme = desk.unit.programmes.get(offer.programme_id)
    desk.unit.programmes.rows[programme.id] = replace(programme, state="draft")


def _detach(desk, offer):
    found = desk.unit.attachments.of(offer.id)[0]
    detach(desk.unit, Subject(kind="offer", id=offer.id), found.id, desk.scope)


def test_nothing_moves_from_the_deadline_on(desk):
    submitted, withdrawn, draft = desk.ready(), desk.ready(), desk.ready()
    desk.submit(submitted)
    desk.submit(withdrawn)
    withdraw_offer(desk.unit, withdrawn.id, desk.scope)
    file = desk.unit.attachments.of(draft.id)[0]
    desk.unit.now = DEADLINE
    subject = Subject(kind="offer", id=draft.id)
    acts = [
        lambda: desk.submit(draft),
        lambda: withdraw_offer(desk.unit, submitted.id, desk.scope),
        lambda: revise_offer(desk.unit, withdrawn.id, desk.scope),
        lambda: desk.write(draft),
        lambda: desk.attach(draft),
        lambda: detach(desk.unit, subject, file.id, desk.scope),
        lambda: desk.draft(),
    ]
    for act in acts:
        with pytest.raises(OffersClosed):
            act()
    assert "offers-closed" in [fault.code for fault in try_submission(desk.unit, draft.id, desk.scope)]
    assert take_attachment(desk.unit, subject, file.id, desk.scope) == file
    desk.unit.now = DEADLINE - timedelta(microseconds=1)
    desk.submit(draft)


def test_a_submission_in_time_that_comes_late_to_the_store_wakes_the_timer(desk):
    offer = desk.ready()
    told = replace(desk.call, phase_states={"offers": "closed"}, version=desk.call.version + 1)
    desk.unit.calls.save(told)
    desk.submit(offer)
    assert desk.unit.timers[desk.call.id, CALL_PHASES] == desk.unit.now


@pytest.mark.parametrize("state", sorted(OFFER.states))
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ["submit", "withdraw", "revise"])
def test_each_state_lets_each_role_do_what_the_table_says(desk, state, role, action):
    offer = desk.ready()
    step = OFFER.steps.get((state, action))
    if state == "submitted":
        desk.submit(offer)
    elif state != "draft":
        stored = desk.unit.offers.rows[offer.id]
        desk.unit.offers.rows[offer.id] = replace(stored, state=state, submission=1)
    desk.act(role)
    acts = {
        "submit": lambda: desk.submit(offer),
        "withdraw": lambda: withdraw_offer(desk.unit, offer.id, desk.scope),
        "revise": lambda: revise_offer(desk.unit, offer.id, desk.scope),
    }
    if step is None or role not in step.roles:
        with pytest.raises(WrongState if step is None else NotYourStep):
            acts[action]()
        assert desk.state(offer) == state
    else:
        acts[action]()
        assert desk.state(offer) == step.target


@pytest.mark.parametrize("state", sorted(OFFER.states - {"draft"}))
def test_only_a_draft_is_written_and_given_files(desk, state):
    offer = desk.ready()
    desk.unit.offers.rows[offer.id] = replace(offer, state=state, submission=1)
    with pytest.raises(WrongState):
        desk.write(offer)
    with pytest.raises(WrongState):
        desk.attach(offer)


def test_a_foreign_offer_is_as_missing_as_none(desk):
    offer = desk.ready()
    foreign = Scope(organisations=frozenset({uuid7()}))
    for scope, offer_id in ((foreign, offer.id), (desk.scope, uuid7())):
        for act in (withdraw_offer, revise_offer, try_submission, show_receipt):
            with pytest.raises(Missing):
                act(desk.unit, offer_id, scope)
        with pytest.raises(Missing):
            submit_offer(desk.unit, offer_id, scope, desk.signer)
        with pytest.raises(Missing):
            take_attachment(desk.unit, Subject(kind="offer", id=offer_id), uuid7(), scope)
        with pytest.raises(Missing):
            list_attachments(desk.unit, Subject(kind="programme", id=offer_id), None, scope)


def test_an_offer_is_of_an_own_programme_of_that_call_and_only_once(desk):
    offer = desk.draft()
    command = BeginOffer(
        organisation_id=desk.provider.id, call_id=desk.call.id, programme_id=offer.programme_id
    )
    with pytest.raises(ProgrammeOffered):
        begin_offer(desk.unit, command, desk.scope)
    for wrong in ("organisation_id", "call_id", "programme_id"):
        with pytest.raises(Missing):
            begin_offer(desk.unit, replace(command, **{wrong: uuid7()}), desk.scope)
    with pytest.raises(Missing):
        show_receipt(desk.unit, offer.id, desk.scope)


def test_a_change_of_what_somebody_else_changed_is_stale(desk):
    offer = desk.draft()
    desk.write(offer)
    with pytest.raises(Stale):
        desk.write(offer)


def test_the_same_content_has_the_same_hash_and_a_change_has_another(desk):
    offer = desk.ready()
    _, first = desk.submit(offer)
    content = desk.unit.offers.submitted[0].content
    assert content_hash(content) == first.sha256
    assert content_hash(content | {"confirmed": False}) != first.sha256


def test_a_receipt_is_signed_by_the_key_of_the_service(tmp_path):
    key = ECKey.generate_key("P-256")
    path = tmp_path / "key.pem"
    path.write_bytes(key.as_pem(private=True))
    signer = KeySigner(path)
    shown = signer.public_keys()
    assert [set(one) & {"d"} for one in shown["keys"]] == [set()]
    token = signer.sign({"sequence": 1})
    seen = jws.deserialize_compact(token, KeySet.import_key_set(shown), ["ES256"])
    assert json.loads(seen.payload) == {"sequence": 1}
