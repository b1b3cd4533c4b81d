"""The worker process of a service: relay, receiver, inbox, scheduler and periodic jobs, each in a thread."""

import json
import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Generic

from ila_kit.bus.broker import Broker
from ila_kit.bus.inbox import Handlers, InboxWorker
from ila_kit.bus.loops import Loop
from ila_kit.bus.receiver import Receiver
from ila_kit.bus.relay import Relay
from ila_kit.retry import Retry
from ila_kit.store.audit import Sealer
from ila_kit.store.operations import purge
from ila_kit.store.timers import TimerHandlers, run_due
from ila_kit.store.unit import U, Units

log = logging.getLogger("ila.worker")
STOP_SECONDS = 25.0
KEYS_KEPT = timedelta(hours=48)


@dataclass(frozen=True)
class WorkerConfig(Generic[U]):
    """What one worker process does.

    `handlers` are called by event type, `timers` by timer name; `jobs` are the service's own
    periodic work: name -> (seconds between, what to call). Health answers on `host`:`port`.
    """

    units: Units[U]
    broker: Broker
    handlers: Handlers[U]
    timers: TimerHandlers[U] = field(default_factory=dict)
    jobs: Mapping[str, tuple[float, Callable[[], Any]]] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = 0
    inbox_threads: int = 1
    keep: timedelta = timedelta(days=30)
    retry: Retry = field(default_factory=Retry)


class Worker(Generic[U]):
    """The loops of one worker, their threads, and how they are."""

    def __init__(self, config: WorkerConfig[U]):
        self.config, self.loops = config, list(_loops(config))
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(loop,), name=loop.name, daemon=True)
            for loop in self.loops
        ]

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask every loop to end after its present step."""
        self._ended.set()

    def wait(self) -> int:
        """Work until asked to stop, or until a loop crashes; returns the exit status of the process."""
        self._ended.wait()
        for loop in self.loops:
            loop.stop()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        crashed = any(loop.crashed for loop in self.loops)
        return 1 if crashed or any(thread.is_alive() for thread in self._threads) else 0

    def checks(self) -> dict[str, str]:
        """Return the named checks of readiness: "ok", or what is wrong."""
        return {"database": self._database()} | {loop.name: loop.fault() or "ok" for loop in self.loops}

    def _database(self) -> str:
        try:
            with self.config.units.engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except Exception as fault:
            return type(fault).__name__
        return "ok"

    def _run(self, loop: Loop) -> None:
        loop.run()
        self._ended.set()


def run_worker(config: WorkerConfig[Any]) -> int:
    """Work until SIGTERM or SIGINT; returns the exit status: 1 when a thread crashed or hung."""
    worker = Worker(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    health = health_server(worker, config.host, config.port)
    worker.start()
    log.info("worker of %s at work, health on port %d", config.units.service, health.server_address[1])
    try:
        return worker.wait()
    finally:
        health.shutdown()
        health.server_close()


def _loops(config: WorkerConfig[U]) -> list[Loop]:
    units, engine = config.units, config.units.engine
    relay, worker = Relay(engine, config.broker), InboxWorker(units, config.handlers, config.retry)
    loops = [Loop("relay", relay.step, relay.recover), Loop("audit", Sealer(engine).step)]
    if config.timers:
        loops.append(Loop("scheduler", lambda: 0.0 if run_due(units, config.timers) else 0.5))
    if config.handlers:
        loops += _receiving(config, worker)
    jobs = {"purge": (3_600.0, lambda: _purge(config))} | dict(config.jobs)
    return loops + [_periodic(name, seconds, call) for name, (seconds, call) in jobs.items()]


def _receiving(config: WorkerConfig[U], worker: InboxWorker[U]) -> list[Loop]:
    units, handlers = config.units, config.handlers
    inbox = [Loop(f"inbox-{number}", worker.step) for number in range(1, config.inbox_threads + 1)]

    def stored() -> None:
        for loop in inbox:
            loop.wake()

    receiver = Receiver(units.engine, config.broker, units.service, handlers, units.clock, stored)
    return [*inbox, Loop("receiver", receiver.step, receiver.recover)]


def _purge(config: WorkerConfig[U]) -> None:
    now = config.units.clock()
    purge(config.units.engine, now - config.keep, now - KEYS_KEPT)


def _periodic(name: str, seconds: float, call: Callable[[], Any]) -> Loop:
    def step() -> float:
        call()
        return seconds

    return Loop(name, step, rest=seconds)


def health_server(worker: Worker[Any], host: str, port: int) -> ThreadingHTTPServer:
    """Answer /health/live and /health/ready from a thread; port 0 takes any free one."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            checks = worker.checks() if self.path == "/health/ready" else {}
            good = all(check == "ok" for check in checks.values())
            known = self.path in ("/health/live", "/health/ready")
            body = json.dumps({"status": "ok" if good else "not ready", "checks": checks}).encode()
            self.send_response(404 if not known else 200 if good else 503)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing: somebody asks every second."""

    server = ThreadingHTTPServer((host, port), Health)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
