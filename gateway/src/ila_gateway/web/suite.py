"""One look at the whole suite: its API document, its state, its health."""

from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import flask
from ila_kit.web.health import run_checks

from ila_gateway import answers
from ila_gateway.reader import arrange
from ila_gateway.web.context import parts

suite = flask.Blueprint("suite", __name__)
_PAGE = "text/html; charset=utf-8"


@suite.get("/api/openapi.json")
def openapi() -> flask.Response:
    """Give the OpenAPI document of the whole platform."""
    return flask.jsonify(parts().document.current())


@suite.get("/api/docs")
def docs() -> flask.Response:
    """Show the document to people."""
    document = parts().document.current()
    body = answers.page(
        "docs.html", info=document["info"], groups=arrange(document), missing=document.get("x-missing")
    )
    return flask.Response(body, content_type=_PAGE)


@suite.get("/api/docs/style.css")
def style() -> flask.Response:
    """Give the style sheet of the gateway's own pages."""
    response = flask.Response(
        (files("ila_gateway") / "static" / "style.css").read_bytes(), content_type="text/css"
    )
    response.cache_control.public = True
    response.cache_control.max_age = 3_600
    return response


@suite.get("/status")
def status() -> flask.Response:
    """Tell which parts of the suite are up, and nothing more."""
    states = _states()
    overall = "up" if all(state == "up" for state in states.values()) else "degraded"
    if answers.wants_page(flask.request.environ, "/status"):
        return flask.Response(answers.page("status.html", overall=overall, states=states), content_type=_PAGE)
    return flask.jsonify(status=overall, services=states)


@suite.get("/health/live")
def live() -> dict[str, str]:
    """Tell that the process lives."""
    return {"status": "ok"}


@suite.get("/health/ready")
def ready() -> tuple[dict[str, object], int]:
    """Tell whether sign-ins and tokens work here; neighbours have their own health."""
    outcomes, code = run_checks({"session_store": parts().sessions.ping, "signing_key": _sign})
    return {"status": "ok" if code == 200 else "not ready", "checks": outcomes}, code


def _sign() -> None:
    if not parts().keys.signing.is_private:
        raise ValueError("the signing key is no private key")


def _states() -> dict[str, str]:
    probes = parts().neighbours
    with ThreadPoolExecutor(len(probes)) as pool:
        up = dict(zip(probes, pool.map(lambda probe: probe(), probes.values()), strict=True))
    return {name: "up" if good else "down" for name, good in up.items()}
