"""The worker process of a service: relay, receiver, inbox, scheduler and periodic jobs, each in a thread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Generic

from ila_kit.bus.arrivals import Arrivals
from ila_kit.bus.broker import Broker, BrokerDown
from ila_kit.bus.inbox import BatchHandlers, Handlers, InboxWorker
from ila_kit.bus.loops import Loop
from ila_kit.bus.process import Threads, run_threads
from ila_kit.bus.receiver import Receiver
from ila_kit.bus.relay import Relay
from ila_kit.retry import Retry
from ila_kit.store.audit import Sealer
from ila_kit.store.faults import STORE_OUTAGES
from ila_kit.store.operations import purge
from ila_kit.store.timers import TimerHandlers, run_due
from ila_kit.store.unit import U, Units

KEYS_KEPT = timedelta(hours=48)
_loop = partial(Loop, outages=(BrokerDown, *STORE_OUTAGES))


@dataclass(frozen=True)
class WorkerConfig(Generic[U]):
    """What one worker process does.

    `handlers` are called by event type, `timers` by timer name; `jobs` are the service's own
    periodic work: name -> (seconds between, what to call). `batches` are called with many events of a type
    at once, which must come to the same as `handlers` do with each. Health answers on `host`:`port`.
    """

    units: Units[U]
    broker: Broker
    handlers: Handlers[U]
    timers: TimerHandlers[U] = field(default_factory=dict)
    batches: BatchHandlers[U] = field(default_factory=dict)
    jobs: Mapping[str, tuple[float, Callable[[], Any]]] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = 0
    inbox_threads: int = 1
    keep: timedelta = timedelta(days=30)
    retry: Retry = field(default_factory=Retry)


class Worker(Threads, Generic[U]):
    """The loops of one worker, their threads, and how they are."""

    def __init__(self, config: WorkerConfig[U]):
        self.config = config
        super().__init__(_loops(config), {"database": partial(_answers, config.units)})


def run_worker(config: WorkerConfig[Any]) -> int:
    """Work until SIGTERM or SIGINT; returns the exit status: 1 when a thread crashed or hung."""
    return run_threads(Worker(config), config.units.service, config.host, config.port)


def _answers(units: Units[Any]) -> None:
    with units.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")


def _loops(config: WorkerConfig[U]) -> list[Loop]:
    units, engine = config.units, config.units.engine
    relay, worker = (
        Relay(engine, config.broker),
        InboxWorker(units, config.handlers, config.retry, config.batches),
    )
    loops = [_loop("relay", relay.step, relay.recover), _loop("audit", Sealer(engine).step)]
    if config.timers:
        loops.append(_loop("scheduler", lambda: 0.0 if run_due(units, config.timers) else 0.5))
    if config.handlers:
        loops += _receiving(config, worker)
    jobs = {"purge": (3_600.0, lambda: _purge(config))} | dict(config.jobs)
    return loops + [_periodic(name, seconds, call) for name, (seconds, call) in jobs.items()]


def _receiving(config: WorkerConfig[U], worker: InboxWorker[U]) -> list[Loop]:
    units, handlers = config.units, config.handlers
    inbox = [_loop(f"inbox-{number}", worker.step) for number in range(1, config.inbox_threads + 1)]

    def stored() -> None:
        for loop in inbox:
            loop.wake()

    arrivals = Arrivals(units.engine, handlers, units.clock, stored)
    receiver = Receiver(config.broker, units.service, handlers, arrivals.keep)
    return [*inbox, _loop("receiver", receiver.step, receiver.recover)]


def _purge(config: WorkerConfig[U]) -> None:
    now = config.units.clock()
    purge(config.units.engine, now - config.keep, now - KEYS_KEPT)


def _periodic(name: str, seconds: float, call: Callable[[], Any]) -> Loop:
    def step() -> float:
        call()
        return seconds

    return _loop(name, step, rest=seconds)
