"""Endings: an application that needs no money any more gives it back, once, whatever ended it."""

from dataclasses import dataclass, replace
from uuid import UUID

from ila_kit.events import NotYet

from ila_funding.domain.budget import COMPLETION_ONLY
from ila_funding.domain.request import EarlyEnding, Ending
from ila_funding.ports import Unit
from ila_funding.usecases.waiting import give_back, serve_waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRequest:
    """An application that was withdrawn, refused, expired or ended without a result.

    `sequence` is the version of the application that ended.
    """

    application_id: UUID
    reason: Ending
    sequence: int


def end_request(unit: Unit, command: EndRequest) -> None:
    """Give an application's money back, to the cent and once, be it held or committed.

    An ending that comes before the eligibility is remembered; one that is older than the eligibility
    changes nothing.

    Source: BR-709.
    """
    ending = EarlyEnding(command.application_id, command.sequence, command.reason, 1, unit.now)
    request = unit.requests.claim_ending(ending)
    if request is None or (request.ended_sequence or 0) >= command.sequence:
        return
    ended = replace(request, ended_sequence=command.sequence)
    if request.ended or not ended.ended:
        unit.requests.save(ended.told(unit.now))
        return
    unit.requests.save(ended.after("withdraw", unit.now, reason=command.reason))
    if request.state == "waiting" and request.line_id:
        serve_waiting(unit, request.line_id)
    elif request.state == "granted":
        _release(unit, command)


def end_without_result(unit: Unit, command: EndRequest, call_id: UUID) -> None:
    """Give the money of a learner who did not complete back, where the call pays completion only.

    Under another rule of the call it stays committed, for a claim of the part. Raises NotYet while the
    call is not known.

    Source: BR-711.
    """
    call = unit.calls.get(call_id)
    if call is None:
        raise NotYet("catalog has not told of the call")
    if call.drop_out_rule == COMPLETION_ONLY:
        end_request(unit, command)
    else:
        unit.audit("keep_for_part", "application", command.application_id, rule=call.drop_out_rule)


def _release(unit: Unit, command: EndRequest) -> None:
    hold = unit.holds.of_application(command.application_id)
    if hold is not None and hold.allows("release"):
        give_back(unit, hold, "release", command.reason)
