"""Wiring of the funding service: the one module that knows all of its parts."""

from functools import partial

from flask import Flask
from ila_kit.bus.broker import Broker
from ila_kit.bus.worker import WorkerConfig
from ila_kit.clients import Neighbour
from ila_kit.store.database import create_engine
from ila_kit.store.unit import Units
from ila_kit.web.app import service_app

from ila_funding.api import BLUEPRINTS
from ila_funding.clients.bank_file import Pain001, Payer
from ila_funding.clients.identity import IdentityAccounts, IdentitySupports
from ila_funding.clients.statements import StatementPdf
from ila_funding.consumers import BATCHES, HANDLERS, TIMERS
from ila_funding.consumers.prices import PRICE_SECONDS, PriceJob
from ila_funding.consumers.support_checks import SupportJob
from ila_funding.parameters import load_targets
from ila_funding.ports import Deps
from ila_funding.settings import Settings
from ila_funding.store.methodologies import MethodologyCache
from ila_funding.store.unit import FundingUnit

SERVICE = "funding"


def live_deps(settings: Settings) -> Deps:
    """Connect the ports to the real database, clock and neighbours."""
    engine = create_engine(settings.database_url, pool_size=settings.pool_size, name="ila-funding")
    kind = FundingUnit.deciding_by(MethodologyCache(), settings.bank_account_key)
    connect = partial(Neighbour, settings.gateway_url, f"svc:{SERVICE}", settings.client_key_file)
    payer = Payer(settings.payer_name, settings.payer_iban, settings.payer_bic)
    return Deps(
        units=Units(engine, SERVICE, kind, settings.clock()),
        accounts=IdentityAccounts(connect),
        register=IdentitySupports(connect),
        bank_file=Pain001(payer),
        statements=StatementPdf(settings.payer_name),
        targets=load_targets(),
    )


def create_app(settings: Settings, deps: Deps | None = None) -> Flask:
    """Build the WSGI application. Importing this module connects to nothing."""
    return service_app(
        SERVICE, "Funding", BLUEPRINTS, deps or live_deps(settings), settings, package="ila_funding"
    )


def create_worker(settings: Settings, deps: Deps | None = None) -> WorkerConfig[FundingUnit]:
    """Return what the worker process does: relay, inbox, timers."""
    deps = deps or live_deps(settings)
    units = deps.units
    return WorkerConfig(
        units=units,
        broker=Broker(settings.broker_url, prefix=settings.bus_prefix),
        handlers=HANDLERS,
        batches=BATCHES,
        timers=TIMERS,
        jobs={
            "prices": (PRICE_SECONDS, PriceJob(units).run),
            "earlier_support": (settings.support_seconds, SupportJob(units, deps.register).run),
        },
        host=settings.host,
        port=settings.port,
        inbox_threads=settings.inbox_threads,
    )
