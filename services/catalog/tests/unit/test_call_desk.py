"""Learning needs, questions, documents and the end of a call: who may, when, and what is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.domain.call_data import read_call
from ila_catalog.domain.calls import Call, NeedArea
from ila_catalog.domain.desk_errors import (
    CallStillRuns,
    CorrectionUnexplained,
    DocumentDatedLater,
    NeedInUse,
    NothingToReturn,
    ProposerApproves,
    QuestionsClosed,
    ReturnNotRecorded,
    TimesOutOfOrder,
    TooManyQuestions,
)
from ila_catalog.domain.digcomp import Aim
from ila_catalog.domain.errors import FaultyData, OffersClosed
from ila_catalog.domain.outside_offers import CHANNELS, Arrival, recorded
from ila_catalog.domain.questions import MOST_OPEN
from ila_catalog.usecases.calls import CALL_CLOSING
from ila_catalog.usecases.closing import TRY_AGAIN, close_call, close_when_over
from ila_catalog.usecases.documents import AddDocument, KeptFile, add_document, take_document
from ila_catalog.usecases.loading import LoadCall, load_call
from ila_catalog.usecases.needs import (
    NEED_DUE,
    ProposeNeed,
    approve_need,
    lapse_need,
    propose_need,
    refuse_need,
    withdraw_need,
)
from ila_catalog.usecases.phases import turn_phases
from ila_catalog.usecases.questions import (
    QUESTION_DUE,
    AnswerQuestion,
    answer_question,
    ask_question,
    remind_of_question,
)
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState
from ila_kit.testing.fakes import someone

CALL_1 = read_call(PackagedFiles().call("call-1"))
DURING_OFFERS = datetime(2024, 10, 7, 9, 0, tzinfo=UTC)
DEADLINE = datetime(2024, 10, 11, 21, 0, tzinfo=UTC)
LAST = datetime(2025, 3, 20, 22, 0, tzinfo=UTC)
AREAS = [NeedArea(area=2, lowest_level=4, highest_level=5)]
MANAGER, COUNCIL, SYSTEM = "call_manager", "council_member", "system"


@pytest.fixture
def call(unit, call_data):
    """Call 1, published, while its offers are open."""
    unit.now, unit.actor = DURING_OFFERS, someone(MANAGER)
    made = Call(data=call_data, state="published", version=1, shifted_by_days=0, published_at=unit.now)
    unit.calls.add(made)
    return made


def stored(unit, call):
    return unit.calls.rows[call.id]


def propose(unit, call, areas=AREAS):
    return propose_need(
        unit, ProposeNeed(call_id=call.id, areas=areas, text_lv="Dati", text_en="Data", source="protokols 7")
    )


class TestNeeds:
    def test_the_council_approves_what_somebody_else_proposed_and_the_call_is_told_anew(self, unit, call):
        proposal = propose(unit, call)
        assert stored(unit, call).data.learning_needs == call.data.learning_needs
        assert unit.timers[proposal.id, NEED_DUE] == unit.now + timedelta(days=60)
        unit.actor = someone(COUNCIL)
        approved = approve_need(unit, call.id, proposal.id)
        assert (approved.state, approved.approved_on) == ("approved", date(2024, 10, 7))
        need = stored(unit, call).data.learning_needs[-1]
        assert (need.id, need.areas, need.entered) == (proposal.id, AREAS, True)
        assert [(event.type, sequence) for event, sequence in unit.published] == [
            ("catalog.call_published.v1", 2)
        ]
        assert (proposal.id, NEED_DUE) not in unit.timers

    @pytest.mark.parametrize(
        ("at", "day"),
        [
            (datetime(2024, 10, 7, 20, 59, 59, 999999, UTC), date(2024, 10, 7)),
            (datetime(2024, 10, 7, 21, 0, tzinfo=UTC), date(2024, 10, 8)),
        ],
    )
    def test_an_approval_is_dated_by_the_latvian_day(self, unit, call, at, day):
        proposal = propose(unit, call)
        unit.now, unit.actor = at, someone(COUNCIL)
        assert approve_need(unit, call.id, proposal.id).approved_on == day

    def test_the_proposer_does_not_approve(self, unit, call):
        unit.actor = someone(MANAGER, COUNCIL)
        proposal = propose(unit, call)
        with pytest.raises(ProposerApproves):
            approve_need(unit, call.id, proposal.id)
        assert unit.needs.rows[proposal.id].state == "proposed"

    def test_a_call_manager_does_not_approve_and_a_refused_one_stays_refused(self, unit, call):
        proposal = propose(unit, call)
        with pytest.raises(NotYourStep):
            approve_need(unit, call.id, proposal.id)
        unit.actor = someone(COUNCIL)
        assert refuse_need(unit, call.id, proposal.id, "Jau ir.").reason == "Jau ir."
        with pytest.raises(WrongState):
            approve_need(unit, call.id, proposal.id)

    def test_after_the_deadline_no_need_moves(self, unit, call):
        proposal = propose(unit, call)
        unit.now, unit.actor = DEADLINE, someone(MANAGER, COUNCIL)
        for step in (
            lambda: propose(unit, call),
            lambda: approve_need(unit, call.id, proposal.id),
            lambda: withdraw_need(unit, call.id, proposal.id, "x"),
        ):
            with pytest.raises(OffersClosed):
                step()

    def test_a_need_that_is_used_is_not_taken_away(self, unit, call):
        need = call.data.learning_needs[0]
        unit.actor = someone(COUNCIL)
        unit.needs.used[need.id] = 2
        with pytest.raises(NeedInUse) as refused:
            withdraw_need(unit, call.id, need.id, "Novecojusi.")
        assert refused.value.facts["programmes"] == 2
        unit.needs.used.clear()
        assert withdraw_need(unit, call.id, need.id, "Novecojusi.").state == "withdrawn"
        assert need not in stored(unit, call).data.learning_needs
        assert unit.needs.rows[need.id].reason == "Novecojusi."

    def test_a_proposal_lapses_by_itself_once(self, unit, call):
        proposal = propose(unit, call)
        unit.actor = someone(SYSTEM)
        lapse_need(unit, proposal.id)
        lapse_need(unit, proposal.id)
        assert (unit.needs.rows[proposal.id].state, unit.needs.rows[proposal.id].version) == ("lapsed", 2)

    @pytest.mark.parametrize("areas", [[*AREAS, *AREAS], [replace(AREAS[0], lowest_level=6)]])
    def test_areas_come_once_with_levels_in_order(self, unit, call, areas):
        with pytest.raises(FaultyData):
            propose(unit, call, areas)

    def test_a_need_of_another_call_is_missing(self, unit, call):
        proposal = propose(unit, call)
        other = replace(call, data=replace(call.data, id=uuid7()))
        unit.calls.add(other)
        unit.actor = someone(COUNCIL)
        with pytest.raises(Missing):
            approve_need(unit, other.id, proposal.id)

    def test_needs_of_several_areas_want_each_of_them_taught(self, call_data):
        need = replace(
            call_data.learning_needs[0], areas=[*AREAS, NeedArea(area=3, lowest_level=4, highest_level=4)]
        )
        aims = {"both": [(2, 4), (3, 4)], "one": [(2, 4)], "level": [(2, 4), (3, 5)]}
        covered = {
            name: need.covered_by([Aim(area=area, level=level) for area, level in pairs])
            for name, pairs in aims.items()
        }
        assert covered == {"both": True, "one": False, "level": False}


class TestNewEditions:
    def test_what_was_added_on_the_platform_stays(self, unit, call_data, raw_call):
        call = load_call(unit, LoadCall(data=call_data)).call
        unit.now, unit.actor = DURING_OFFERS, someone(MANAGER)
        proposal, document = propose(unit, call), add_document(unit, link(call))
        unit.actor = someone(COUNCIL)
        approve_need(unit, call.id, proposal.id)
        unit.actor = someone(SYSTEM)
        raw_call["edition"] += 1
        dropped = raw_call["documents"].pop(0)
        data = load_call(unit, LoadCall(data=read_call(raw_call))).call.data
        assert proposal.id in {need.id for need in data.learning_needs}
        assert {str(document.id), dropped["id"]} <= {str(one.id) for one in data.documents}

    @pytest.mark.parametrize(
        "change",
        [{"document_version": 2}, {"dated": date(2024, 10, 1)}, {"url": "https://example.org/other"}],
    )
    def test_a_file_gives_another_version_of_a_document_an_id_of_its_own(
        self, unit, call_data, raw_call, change
    ):
        load_call(unit, LoadCall(data=call_data))
        raw_call["edition"] += 1
        raw_call["documents"][4].update(change)
        with pytest.raises(FaultyData) as refused:
            load_call(unit, LoadCall(data=read_call(raw_call)))
        assert raw_call["documents"][4]["id"] in refused.value.faults[0]

    def test_a_file_may_word_the_title_of_a_document_anew(self, unit, call_data, raw_call):
        load_call(unit, LoadCall(data=call_data))
        raw_call["edition"] += 1
        raw_call["documents"][4]["title_en"] = "List"
        assert load_call(unit, LoadCall(data=read_call(raw_call))).call.data.documents[4].title_en == "List"

    def test_a_file_does_not_drop_a_need_that_is_used(self, unit, call_data, raw_call):
        load_call(unit, LoadCall(data=call_data))
        raw_call["edition"] += 1
        raw_call["learning_needs"].pop()
        unit.needs.used[call_data.learning_needs[-1].id] = 1
        with pytest.raises(NeedInUse):
            load_call(unit, LoadCall(data=read_call(raw_call)))


def link(call, **changes):
    usual = {
        "call_id": call.id,
        "kind": "call_regulations",
        "number": None,
        "title_lv": "Nolikums",
        "title_en": "Regulations",
        "dated": date(2024, 10, 7),
        "source": "agency",
        "url": "https://example.org/nolikums",
    }
    return AddDocument(**usual | changes)


class TestDocuments:
    def test_a_new_version_stands_beside_the_one_before_and_is_told(self, unit, call):
        file = KeptFile(name="nolikums.pdf", media_type="application/pdf", size=9, sha256="a" * 64)
        made = add_document(unit, link(call, url=None, file=file))
        series = [one for one in stored(unit, call).data.documents if one.kind == "call_regulations"]
        assert [one.document_version for one in series] == [1, 2]
        assert made.file == ("a" * 64, "nolikums.pdf", "application/pdf")
        assert take_document(unit, call.id, made.id) == made.file
        assert [sequence for _, sequence in unit.published] == [stored(unit, call).version]

    def test_another_annex_begins_its_own_series(self, unit, call):
        assert add_document(unit, link(call, kind="annex", number="5")).document_version == 1
        assert add_document(unit, link(call, kind="annex", number="4")).document_version == 2

    def test_a_document_is_not_dated_later_than_the_latvian_today(self, unit, call):
        with pytest.raises(DocumentDatedLater):
            add_document(unit, link(call, dated=date(2024, 10, 8)))

    def test_what_stands_elsewhere_is_not_handed_out(self, unit, call):
        with pytest.raises(Missing):
            take_document(unit, call.id, add_document(unit, link(call)).id)

    def test_a_draft_tells_nobody(self, unit, call):
        unit.calls.rows[call.id] = replace(call, state="draft", published_at=None)
        add_document(unit, link(call))
        assert unit.published == []


def answer(unit, call, question, **changes):
    usual = {"text_lv": "Jā.", "text_en": None, "published_text": None, "reason": None}
    said = AnswerQuestion(call_id=call.id, question_id=question.id, **usual | changes)
    return answer_question(unit, said)


class TestQuestions:
    def test_an_answer_is_for_all_and_a_correction_is_a_version_of_its_own(self, unit, call):
        question = ask_question(unit, call.id, "Vai drīkst iesniegt divus?", "somebody")
        answer(unit, call, question)
        unit.now += timedelta(hours=1)
        corrected = answer(unit, call, question, text_lv="Nē.", reason="Kļūda.", published_text="Divi?")
        assert [(one.answer_version, one.text_lv, one.reason) for one in corrected.answers] == [
            (1, "Jā.", None),
            (2, "Nē.", "Kļūda."),
        ]
        assert (corrected.published_text, corrected.answered_at) == ("Divi?", unit.now)
        assert all("somebody" not in str(entry) for entry in unit.audited)

    def test_a_correction_says_why(self, unit, call):
        question = ask_question(unit, call.id, "Vai drīkst iesniegt divus?", "somebody")
        answer(unit, call, question)
        with pytest.raises(CorrectionUnexplained):
            answer(unit, call, question, text_lv="Nē.")
        assert len(unit.questions.rows[question.id].answers) == 1

    @pytest.mark.parametrize(("days", "last"), [(0, DEADLINE), (3, datetime(2024, 10, 8, 21, 0, tzinfo=UTC))])
    def test_questions_are_taken_until_the_instant_that_the_call_names(self, unit, call, days, last):
        parameters = call.data.parameters
        changed = parameters | {"questions_close_days": replace(parameters["closing_days"], value=days)}
        unit.calls.rows[call.id] = replace(call, data=replace(call.data, parameters=changed))
        unit.now = last - timedelta(microseconds=1)
        assert ask_question(unit, call.id, "x", "p").due_at <= DEADLINE
        unit.now = last
        with pytest.raises(QuestionsClosed):
            ask_question(unit, call.id, "x", "p")

    def test_a_question_without_an_answer_raises_the_alarm_once(self, unit, call):
        question = ask_question(unit, call.id, "x", "p")
        assert unit.timers[question.id, QUESTION_DUE] == unit.now + timedelta(days=2)
        unit.actor = someone(SYSTEM)
        remind_of_question(unit, question.id)
        remind_of_question(unit, question.id)
        assert unit.questions.rows[question.id].state == "overdue"
        assert [entry[0] for entry in unit.audited] == ["question_asked", "question_overdue"]

    def test_near_the_deadline_the_answer_is_due_by_it(self, unit, call):
        unit.now = DEADLINE - timedelta(hours=1)
        assert ask_question(unit, call.id, "x", "p").due_at == DEADLINE

    def test_nobody_floods_the_agency(self, unit, call):
        for _ in range(MOST_OPEN):
            last = ask_question(unit, call.id, "x", "p")
        with pytest.raises(TooManyQuestions):
            ask_question(unit, call.id, "x", "p")
        ask_question(unit, call.id, "x", "another")
        answer(unit, call, last)
        ask_question(unit, call.id, "x", "p")


NOW = datetime(2024, 10, 14, 12, 0, tzinfo=UTC)
RETURNED = {"returned_at": NOW - timedelta(hours=1), "returned_by": "Lietvedība"}


def came(channel, **changes):
    usual = {"received_at": NOW - timedelta(days=1), "sender_title": "Paraugu skola"}
    return Arrival(channel=channel, **usual | changes)


class TestOutsideOffers:
    @pytest.mark.parametrize("channel", CHANNELS)
    def test_the_channel_decides_what_becomes_of_it(self, channel):
        on_paper = channel in ("post", "in_person")
        arrival = came(channel, **(RETURNED if on_paper else {}))
        assert recorded(uuid7(), arrival, "p", NOW).version == 1
        assert arrival.state == ("returned_unopened" if on_paper else "non_compliant")

    @pytest.mark.parametrize(
        ("arrival", "refusal"),
        [
            (came("post"), ReturnNotRecorded),
            (came("in_person", returned_at=NOW), ReturnNotRecorded),
            (came("e_mail", **RETURNED), NothingToReturn),
            (came("e_address", returned_by="x"), NothingToReturn),
            (came("e_mail", received_at=NOW + timedelta(seconds=1)), TimesOutOfOrder),
            (came("post", **RETURNED | {"returned_at": NOW - timedelta(days=2)}), TimesOutOfOrder),
            (came("post", **RETURNED | {"returned_at": NOW + timedelta(days=2)}), TimesOutOfOrder),
        ],
    )
    def test_what_does_not_go_together_is_refused(self, arrival, refusal):
        with pytest.raises(refusal):
            recorded(uuid7(), arrival, "p", NOW)


class TestClosing:
    def test_a_call_of_which_nothing_runs_is_closed_and_told(self, unit, call):
        unit.now = DEADLINE
        closed = close_call(unit, call.id)
        assert (closed.state, closed.version) == ("closed", 2)
        assert [event.state for event in unit.events] == ["closed"]
        with pytest.raises(WrongState):
            close_call(unit, call.id)

    @pytest.mark.parametrize(
        ("at", "runs"), [(DEADLINE - timedelta(microseconds=1), []), (LAST, ["agreements"])]
    )
    def test_what_still_runs_is_named(self, unit, call, at, runs):
        unit.now, unit.calls.runs = at, runs
        with pytest.raises(CallStillRuns) as refused:
            close_call(unit, call.id)
        assert refused.value.facts["running"] == (", ".join(runs) or "offers phase")

    def test_by_the_clock_it_closes_some_days_after_its_last_phase(self, unit, call):
        unit.now, unit.actor = LAST, someone(SYSTEM)
        turn_phases(unit, call.id)
        due = unit.timers[call.id, CALL_CLOSING]
        assert due == datetime(2025, 9, 16, 21, 0, tzinfo=UTC)  # 180 Latvian days later, in summer time
        close_when_over(unit, call.id)
        assert stored(unit, call).state == "published"
        unit.now, unit.calls.runs = due, ["programmes"]
        close_when_over(unit, call.id)
        assert unit.timers[call.id, CALL_CLOSING] == due + TRY_AGAIN
        unit.calls.runs = []
        close_when_over(unit, call.id)
        assert stored(unit, call).state == "closed"
        assert (call.id, CALL_CLOSING) not in unit.timers

    @given(st.integers(0, 3650))
    def test_it_never_closes_before_its_last_phase_is_over(self, days):

        data = CALL_1
        changed = data.parameters | {"closing_days": replace(data.parameters["closing_days"], value=days)}
        call = Call(data=replace(data, parameters=changed), state="published", version=1, shifted_by_days=0)
        assert call.closing_at >= LAST
