"""The worker process: hears and sends events, and tells the end of sessions that nobody uses any more."""

from functools import partial

import redis
from ila_kit import logs
from ila_kit.bus.broker import Broker, BrokerDown
from ila_kit.bus.loops import Loop
from ila_kit.bus.process import Threads, run_threads
from ila_kit.bus.receiver import Receiver
from ila_kit.settings import BadSettings

from ila_gateway.client_cache import ClientCache
from ila_gateway.consumers import Handlers, at_once, handlers
from ila_gateway.outbox import SOURCE, Outbox
from ila_gateway.relay import Relay
from ila_gateway.sessions import SessionStore
from ila_gateway.settings import Settings
from ila_gateway.store import SessionsUnavailable, connect

EXPIRY_SECONDS = 5.0


def work(settings: Settings) -> int:
    """Work until told to stop; return the exit status."""
    logs.set_up(SOURCE, settings.log_level)
    return run_threads(create_worker(settings), SOURCE, settings.host, settings.port)


def create_worker(settings: Settings) -> Threads:
    """Return the loops of the worker. Connects to nothing."""
    client, broker = connect(settings.session_store_url), _broker(settings)
    sessions = _sessions(settings, client)
    effects = _handlers(settings, client)
    receiver = Receiver(broker, SOURCE, [kind.type for kind in effects], at_once(effects))
    relay = Relay(Outbox(client), broker)
    loop = partial(Loop, outages=(BrokerDown, SessionsUnavailable))
    loops = [
        loop("relay", relay.step, relay.recover),
        loop("receiver", receiver.step, receiver.recover),
        loop("expiry", lambda: 0.0 if sessions.end_expired() else EXPIRY_SECONDS),
    ]
    return Threads(loops, {"session_store": sessions.ping})


def make_queue(settings: Settings) -> None:
    """Make the queue: an event that is sent before its reader has one reaches nobody."""
    kinds = _handlers(settings, connect(settings.session_store_url))
    _broker(settings).declare(SOURCE, [kind.type for kind in kinds])


def redeliver(settings: Settings) -> int:
    """Put the dead letters back into the queue; return how many."""
    return _broker(settings).replay_dead(SOURCE)


def _handlers(settings: Settings, client: redis.Redis) -> Handlers:
    return handlers(_sessions(settings, client), ClientCache(client))


def _sessions(settings: Settings, client: redis.Redis) -> SessionStore:
    return SessionStore(client, settings.session_idle_minutes * 60, settings.session_hours * 3_600)


def _broker(settings: Settings) -> Broker:
    if not settings.broker_url:
        raise BadSettings("BROKER_URL is not set: the worker has nowhere to hear and to tell.")
    return Broker(settings.broker_url, prefix=settings.bus_prefix)
