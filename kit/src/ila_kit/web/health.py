"""Is the process alive, and is it ready for work: named checks."""

import logging
from collections.abc import Callable
from http import HTTPStatus

import flask

log = logging.getLogger(__name__)
Checks = dict[str, Callable[[], None]]


def run_checks(checks: Checks) -> tuple[dict[str, str], int]:
    """Run every check; return the outcome of each and 200, or 503 when one failed."""
    outcomes = {name: _outcome(name, check) for name, check in checks.items()}
    good = all(outcome == "ok" for outcome in outcomes.values())
    return outcomes, HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE


def blueprint(checks: Checks) -> flask.Blueprint:
    """Return `/health/live` and `/health/ready`; both say nothing but names and words."""
    health = flask.Blueprint("health", __name__, url_prefix="/health")

    @health.get("/live")
    def live() -> dict[str, str]:
        return {"status": "ok"}

    @health.get("/ready")
    def ready() -> tuple[dict[str, object], int]:
        outcomes, status = run_checks(checks)
        return {"status": "ok" if status == HTTPStatus.OK else "not ready", "checks": outcomes}, status

    return health


def _outcome(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as fault:
        log.warning("not ready", extra={"check": name, "fault": type(fault).__name__})
        return "failed"
    return "ok"
