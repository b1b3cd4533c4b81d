"""What keeps one ailing neighbour from ailing everybody: a circuit breaker, and a bulkhead."""

from ila_kit.errors import Unavailable

from ila_gateway.bodies import Lane
from ila_gateway.breaker import Breaker
from ila_gateway.upstream import Answer, Request, ServiceDown, ServiceTimeout, Upstream


class ServiceBusy(Unavailable):
    """A neighbour has as many requests as it may have at once."""

    code = "service-busy"


class Guarded:
    """A neighbour that is left alone when it fails in a row, and gets only so many requests at once.

    Without a bulkhead the requests waiting for one slow neighbour would take every connection
    the gateway can hold, and with them all other neighbours. A request counts until its answer is read.
    `lane` holds the places of bodies that pass through while they come.
    """

    def __init__(self, upstream: Upstream, breaker: Breaker, at_once: int, passing: int):
        self.name = upstream.name
        self.lane = Lane(passing)
        self._upstream = upstream
        self._breaker = breaker
        self._at_once = at_once
        self._under_way = 0

    def rests(self) -> bool:
        """Tell whether this neighbour is left alone now."""
        return self._breaker.is_open()

    def exchange(self, request: Request) -> Answer:
        """Do as Upstream.exchange. Raises also ServiceBusy."""
        if self._under_way >= self._at_once:
            raise ServiceBusy(service=self.name)
        if not self._breaker.admits():
            raise ServiceDown(service=self.name)
        self._under_way += 1
        try:
            answer = self._upstream.exchange(request)
        except BaseException as fault:
            self._leave()
            if isinstance(fault, (ServiceDown, ServiceTimeout)):
                self._breaker.failed()
            raise
        answer.at_end(lambda: self._ended(answer))
        return answer

    def _ended(self, answer: Answer) -> None:
        """Judge a neighbour by the whole of its answer, since a head alone is no use to anybody."""
        self._leave()
        if answer.broke_off:
            self._breaker.failed()
        else:
            self._breaker.succeeded()

    def _leave(self) -> None:
        self._under_way -= 1
