"""What happens by itself when a time has come."""

from ila_applications.consumers import groups
from ila_applications.usecases import draws
from ila_applications.usecases.keeping import DUE
from ila_applications.usecases.places import PLACES_DUE, end_in_time, promote_waiting

TIMERS = {
    DUE: end_in_time,
    PLACES_DUE: promote_waiting,
    draws.COMMIT_DUE: draws.commit_draw,
    draws.PIN_DUE: draws.pin_entries,
    draws.VALUE_DUE: draws.remind_of_value,
    draws.LOTS_DUE: draws.make_draw,
} | groups.TIMERS
