"""What happens by itself when a time has come."""

from collections.abc import Callable
from uuid import UUID

from ila_catalog.ports import Unit
from ila_catalog.usecases.agreements import AGREEMENT_DUE, lapse_agreement
from ila_catalog.usecases.calls import (
    CALL_CLOSING,
    CALL_PHASES,
    SCHEDULE_CHANGE_DUE,
    lapse_schedule_change,
)
from ila_catalog.usecases.closing import close_when_over
from ila_catalog.usecases.evaluation import APPEAL_OVER, end_appeal_period
from ila_catalog.usecases.likeness import COMPARE, compare_offers
from ila_catalog.usecases.needs import NEED_DUE, lapse_need
from ila_catalog.usecases.phases import turn_phases
from ila_catalog.usecases.places import end_waiting
from ila_catalog.usecases.questions import QUESTION_DUE, remind_of_question
from ila_catalog.usecases.registers import PLACE_DUE

TIMERS: dict[str, Callable[[Unit, UUID], None]] = {
    CALL_PHASES: turn_phases,
    CALL_CLOSING: close_when_over,
    NEED_DUE: lapse_need,
    QUESTION_DUE: remind_of_question,
    SCHEDULE_CHANGE_DUE: lapse_schedule_change,
    COMPARE: compare_offers,
    PLACE_DUE: end_waiting,
    APPEAL_OVER: end_appeal_period,
    AGREEMENT_DUE: lapse_agreement,
}
