"""Wiring of the gateway: the one module that knows all of its parts."""

import logging
from collections.abc import Callable

import orjson

from ila_gateway import routes
from ila_gateway.addresses import from_front, networks, real_address
from ila_gateway.brakes import Brakes
from ila_gateway.breaker import Breaker
from ila_gateway.buckets import Buckets, Rate
from ila_gateway.callers import Callers
from ila_gateway.client_cache import ClientCache
from ila_gateway.clients import Clients, LivingTokens, machines
from ila_gateway.decisions import Decisions
from ila_gateway.front import Front
from ila_gateway.guard import Guarded
from ila_gateway.identity import Identity
from ila_gateway.merged import Document, MergedDocument
from ila_gateway.oauth import Server
from ila_gateway.openid import OpenIdClient
from ila_gateway.people import People
from ila_gateway.plane import Gateway
from ila_gateway.proxy import Proxy
from ila_gateway.rates import Limits, Rates
from ila_gateway.registers import limits as register_limits
from ila_gateway.registers.adapters import adapters
from ila_gateway.registers.cache import AnswerCache
from ila_gateway.registers.desk import Desk
from ila_gateway.routes import GATEWAY, Neighbour
from ila_gateway.sessions import SessionStore
from ila_gateway.settings import Settings
from ila_gateway.store import connect
from ila_gateway.tokens import Keys, Mint
from ila_gateway.upstream import Request, ServiceDown, ServiceTimeout, Upstream
from ila_gateway.web.application import own_app
from ila_gateway.web.context import NAME, Parts

log = logging.getLogger(__name__)
_PROBE_SECONDS = 2


def create_gateway(settings: Settings) -> Gateway:
    """Build the WSGI application. Reads keys and clients; connects to nothing."""
    table = routes.load(settings.routes_folder)
    neighbours = [one for one in table.neighbours.values() if one.name != GATEWAY]
    upstreams = {one.name: _guarded(settings, one) for one in neighbours}
    keys = Keys.load(settings.signing_key_file)
    mint, client = Mint(keys), connect(settings.session_store_url)
    of_people, of_clients = (
        Identity(upstreams["identity"], mint, scope) for scope in ("identity.sign_in", "identity.clients")
    )
    clients = Clients(machines(settings.clients_file), of_clients, ClientCache(client))
    sessions = SessionStore(client, settings.session_idle_minutes * 60, settings.session_hours * 3_600)
    tokens, people = LivingTokens(client, clients), People(of_people)
    callers = Callers(sessions, tokens, people, settings.session_cookie, settings.public_url)
    limits = _limits(settings, Buckets(client))
    services = [one for one in neighbours if one.audience]
    own = own_app(table.neighbours[GATEWAY].body_bytes)
    own.extensions[NAME] = Parts(
        settings=settings,
        keys=keys,
        sessions=sessions,
        callers=callers,
        people=people,
        openid=_openid(settings),
        limits=limits,
        brakes=Brakes(client, settings.failures),
        server=Server(clients, sessions, tokens, _audiences(settings)),
        desk=_desk(settings, AnswerCache(client, settings.secret_key), keys),
        document=MergedDocument(
            {one.name: _document_of(_probe(settings, one)) for one in services},
            settings.public_url,
        ),
        neighbours={one.name: _is_ready(_probe(settings, one)) for one in neighbours},
    )
    decisions = Decisions(callers, limits)
    proxy = Proxy(upstreams, decisions, callers, mint, settings.session_cookie, settings.public_url)
    is_front = from_front(settings.front_secret)
    front = Front(is_front, proxy, callers, limits)
    address_of = real_address(networks(settings.trusted_proxies), is_front)
    return Gateway(table, decisions, front, proxy, own.wsgi_app, settings.public_url, limits, address_of)


def _limits(settings: Settings, buckets: Buckets) -> Limits:
    person, person_burst, client, client_burst, address, address_burst = settings.rate_numbers()
    rates = Rates(Rate(person, person_burst), Rate(client, client_burst), Rate(address, address_burst))
    return Limits(buckets, rates, networks(settings.unlimited_addresses))


def _desk(settings: Settings, cache: AnswerCache, keys: Keys) -> Desk:
    ways = adapters(register_limits.load(settings.registers_file), settings.register_systems())
    return Desk(ways, cache, keys, settings.clock())


def _guarded(settings: Settings, neighbour: Neighbour) -> Guarded:
    url = settings.internal_urls()[neighbour.name]
    upstream = Upstream(neighbour.name, url, neighbour.connect_seconds, neighbour.answer_seconds)
    return Guarded(
        upstream, Breaker(neighbour.failures, neighbour.rest_seconds), neighbour.at_once, neighbour.passing
    )


def _probe(settings: Settings, neighbour: Neighbour) -> Upstream:
    """Return a second way to a neighbour, for our own questions, that waits less long."""
    url = settings.internal_urls()[neighbour.name]
    return Upstream(neighbour.name, url, _PROBE_SECONDS, _PROBE_SECONDS)


def _openid(settings: Settings) -> OpenIdClient:
    return OpenIdClient(
        settings.eidentity_issuer,
        settings.eidentity_client_id,
        settings.eidentity_key_file,
        settings.secret_key,
        settings.public_url,
        settings.eidentity_scope,
    )


def _audiences(settings: Settings) -> list[str]:
    """Return the names by which assertions may address the token endpoint."""
    bases = [settings.public_url] + ([settings.internal_url] if settings.internal_url else [])
    return [name for base in bases for name in (base, f"{base}/oauth/token")]


def _document_of(upstream: Upstream) -> Callable[[], Document | None]:
    def read() -> Document | None:
        try:
            answer = upstream.exchange(Request("GET", "/openapi.json", repeatable=True))
            document: Document | None = orjson.loads(answer.whole()) if answer.status == 200 else None
            return document
        except (ServiceDown, ServiceTimeout, orjson.JSONDecodeError):
            log.warning("the API document of a service cannot be read", extra={"service": upstream.name})
            return None

    return read


def _is_ready(upstream: Upstream) -> Callable[[], bool]:
    def probe() -> bool:
        try:
            answer = upstream.exchange(Request("GET", "/health/ready", repeatable=True))
            answer.whole()
            return answer.status == 200
        except (ServiceDown, ServiceTimeout):
            return False

    return probe
