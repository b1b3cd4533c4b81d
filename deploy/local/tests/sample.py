"""A small process that behaves like one of the suite: `serve` and `work` answer /health/ready on PORT.

Every other command is a task and ends at once.

SAMPLE in its environment spoils it: `stubborn` ignores SIGTERM, `broken` ends at once, `never` is not ready.
"""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SPOILED = os.environ.get("SAMPLE", "")


class Health(BaseHTTPRequestHandler):
    """Answers every path alike."""

    def do_GET(self) -> None:
        self.send_response(503 if SPOILED == "never" else 200)
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}')

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def main() -> None:
    print(f"sample {sys.argv[1:]} says labdien", flush=True)
    if SPOILED == "broken":
        sys.exit(3)
    if sys.argv[1] not in ("serve", "work"):
        return
    signal.signal(signal.SIGTERM, signal.SIG_IGN if SPOILED == "stubborn" else lambda *_: sys.exit(0))
    ThreadingHTTPServer.allow_reuse_address = True
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Health).serve_forever()


if __name__ == "__main__":
    main()
