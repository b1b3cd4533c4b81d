"""The configuration of nginx in front of us, written from the routes table and the settings.

What nginx may do by itself is small: forward plain reads of services that we decided on a moment ago. All
else, and every refusal, stays here. See deploy/nginx/README.md and docs/decisions/0031.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from ila_kit.texts import problem_texts
from ila_kit.web.problems import TYPES
from jinja2 import Environment, PackageLoader, StrictUndefined

from ila_gateway import headers
from ila_gateway.addresses import networks
from ila_gateway.buckets import Rate
from ila_gateway.paths import LONGEST, SEGMENT
from ila_gateway.routes import PORTAL, Neighbour, Route, Routes
from ila_gateway.settings import Settings

# nginx counts whole seconds: an answer kept for one lives two at most. Source: callers.BELIEVED_SECONDS
_BELIEVED = 1
# The gateway's own words for what nginx refused or missed, by the name of the location that asks for them.
WORDS = {
    "limited": "too-many-requests",
    "too_large": "body-too-large",
    "late": "service-timeout",
    "busy": "service-busy",
}
_PATIENCE_MORE = 15
_QUERY = r"[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*"
_PLAIN = re.compile(r"[A-Za-z0-9._:/\[\]~-]+")
_USUAL_COST = 1
_SAID = {
    400: ("400 417 497", "bad-request"),
    414: ("414", "bad-path"),
    431: ("494", "headers-too-large"),
    500: ("500", "internal-error"),
    501: ("501 505", "bad-request"),
    503: ("502 504", "service-unavailable"),
}
_TEMPLATES = Environment(
    loader=PackageLoader("ila_gateway"),
    autoescape=False,  # noqa: S701 -- no page: what goes in is checked to be plain
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where nginx stands: what it listens on, where it finds the gateway, where it keeps and writes what.

    `decisions` is a folder in memory: what is kept there for a second names sessions and tokens.
    """

    listen: str
    gateway: str
    certificate: str
    key: str
    decisions: str
    log: str


@dataclass(frozen=True, slots=True)
class Read:
    """A read of a service: its template when nginx may forward it, and what its plain paths match."""

    template: str
    pattern: str


def configuration(settings: Settings, table: Routes, place: Place) -> str:
    """Return the whole configuration. Raises ValueError for what nginx would misunderstand."""
    if not settings.front_secret:
        raise ValueError("FRONT_SECRET is empty: nginx could not show who it is")
    services = [one for one in table.neighbours.values() if _is_near(settings, one)]
    public = urlsplit(settings.public_url)
    _check_plain(
        *vars(place).values(), settings.front_secret, public.netloc, *settings.internal_urls().values()
    )
    return _TEMPLATES.get_template("nginx.conf").render(
        place=place,
        public=public,
        secret=settings.front_secret,
        services=[_service(settings, table, one) for one in services],
        longest=LONGEST,
        segment=SEGMENT,
        query=_QUERY,
        believed=_BELIEVED,
        trusted=networks(settings.trusted_proxies),
        unlimited=networks(settings.unlimited_addresses),
        shares=_shares(settings),
        largest_page=table.neighbours[PORTAL].upload_bytes,
        uncounted=sorted({route.template for route in table.all if not route.cost}),
        limits=_limits(table, services),
        patience=int(max(route.seconds for route in table.all)) + _PATIENCE_MORE,
        words=WORDS,
        pages=[_page(status, *said) for status, said in _SAID.items()],
        security=_security(settings.secure),
        passed=headers.PASSED.values(),
        hidden=sorted({*headers.OURS, "set-cookie"}),
        variable=_variable,
    )


def reads(table: Routes, neighbour: Neighbour) -> list[Read]:
    """Return the reads of a service as the table tells them apart; nginx may forward the usual ones.

    Of two templates that fit one path the one that names more comes first, as `Routes.find` has it.
    """
    mine = [route for route in table.all if route.neighbour == neighbour.name and route.method == "GET"]
    in_order = sorted(mine, key=lambda route: [part.startswith("{") for part in route.template.split("/")])
    return [
        Read(route.template if _is_usual(route, neighbour) else "", _pattern(route.template))
        for route in in_order
    ]


def _is_usual(route: Route, neighbour: Neighbour) -> bool:
    return route.cost == _USUAL_COST and route.seconds == neighbour.answer_seconds


def _pattern(template: str) -> str:
    parts = template.split("/")
    return "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts)


def _is_near(settings: Settings, neighbour: Neighbour) -> bool:
    """Tell whether nginx may speak to a neighbour itself: a service, in our own network."""
    return bool(neighbour.audience) and settings.internal_urls()[neighbour.name].startswith("http://")


def _service(settings: Settings, table: Routes, neighbour: Neighbour) -> dict[str, Any]:
    host = urlsplit(settings.internal_urls()[neighbour.name]).netloc
    return {
        "name": neighbour.name,
        "prefix": re.escape(neighbour.prefix),
        "host": host,
        "reads": reads(table, neighbour),
        "at_once": neighbour.at_once,
        "connect_seconds": int(neighbour.connect_seconds),
        "answer_seconds": int(neighbour.answer_seconds),
    }


def _shares(settings: Settings) -> dict[str, dict[str, Any]]:
    person, person_burst, client, client_burst, address, address_burst = settings.rate_numbers()
    rates = {
        "address": Rate(address, address_burst),
        "person": Rate(person, person_burst),
        "client": Rate(client, client_burst),
    }
    # nginx lets one request pass beside a burst; where none is left, it wants no word of a burst.
    return {
        name: {"rate": rate, "burst": f" burst={rate.burst - 1} nodelay" if rate.burst > 1 else ""}
        for name, rate in rates.items()
    }


def _limits(table: Routes, services: list[Neighbour]) -> list[dict[str, Any]]:
    """Return how large bodies may be: of a service as a whole, and where it takes uploads."""
    whole = [{"match": f"{one.prefix}/", "bytes": one.body_bytes} for one in services]
    uploads = {
        f'~ "^{_pattern(route.template)}$"': route.upload_bytes
        for route in table.all
        if route.upload_bytes > route.body_bytes
    }
    return whole + [{"match": match, "bytes": size} for match, size in uploads.items()]


def _security(secure: bool) -> list[dict[str, Any]]:
    pages = headers.PAGE_SECURITY
    everywhere = headers.SECURITY + ([headers.STRICT_TRANSPORT] if secure else [])
    return [
        {
            "name": name,
            "value": value,
            "of_pages": (name, value) in pages,
        }
        for name, value in everywhere + pages
    ]


def _variable(header: str) -> str:
    """Return how nginx spells the name of a header within names of variables."""
    return header.lower().replace("-", "_")


def _page(status: int, caught: str, code: str) -> dict[str, Any]:
    """Return what nginx says itself, in the one language that is sure to be understood here."""
    texts = problem_texts("ila_kit", "ila_gateway")[code]
    body = {
        "type": TYPES + code,
        "title": texts["title"]["lv"],
        "status": status,
        "detail": texts["detail"]["lv"],
        "instance": "/",
        "code": code,
        "request_id": "$request_uuid",
    }
    text = orjson.dumps(body).decode().replace("\\", "\\\\").replace("'", "\\'")
    return {"status": status, "caught": caught, "body": text}


def _check_plain(*values: str) -> None:
    """Refuse what would mean something else to nginx than to us."""
    for value in values:
        if value and not _PLAIN.fullmatch(value):
            raise ValueError(f"{value!r} cannot stand in a configuration of nginx")
