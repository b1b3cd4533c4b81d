"""What happens by itself when a time has come."""

from ila_applications.consumers import groups
from ila_applications.usecases.keeping import DUE
from ila_applications.usecases.places import end_in_time

TIMERS = {DUE: end_in_time} | groups.TIMERS
