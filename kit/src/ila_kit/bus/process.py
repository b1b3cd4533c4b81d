"""A process of loops: each in a thread, with health for whoever watches, and a clean end."""

import json
import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ila_kit.bus.loops import Loop

log = logging.getLogger("ila.worker")
STOP_SECONDS = 25.0


class Threads:
    """Loops, their threads, and how they are.

    `needs` are asked at each look at the health: name -> what raises when it is not there.
    """

    def __init__(self, loops: Sequence[Loop], needs: Mapping[str, Callable[[], Any]]):
        self.loops, self._needs = list(loops), needs
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
        needed = {name: _outcome(need) for name, need in self._needs.items()}
        return needed | {loop.name: loop.fault() or "ok" for loop in self.loops}

    def _run(self, loop: Loop) -> None:
        loop.run()
        self._ended.set()


def run_threads(threads: Threads, service: str, host: str, port: int) -> int:
    """Work until SIGTERM or SIGINT; returns the exit status: 1 when a thread crashed or hung."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threads.stop())
    health = health_server(threads, host, port)
    threads.start()
    log.info("worker of %s at work, health on port %d", service, health.server_address[1])
    try:
        return threads.wait()
    finally:
        health.shutdown()
        health.server_close()


def health_server(threads: Threads, host: str, port: int) -> ThreadingHTTPServer:
    """Answer /health/live and /health/ready from a thread; port 0 takes any free one."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            checks = threads.checks() if self.path == "/health/ready" else {}
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


def _outcome(need: Callable[[], Any]) -> str:
    try:
        need()
    except Exception as fault:
        return type(fault).__name__
    return "ok"
