"""Wiring of the catalogue: the one module that knows all of its parts."""

from functools import partial

from flask import Flask
from ila_kit.bus.broker import Broker
from ila_kit.bus.worker import WorkerConfig
from ila_kit.clients import Neighbour
from ila_kit.files.sweeping import FILES_SECONDS, FilesJob
from ila_kit.registers import Registers
from ila_kit.store.database import create_engine, only_one
from ila_kit.store.unit import Units
from ila_kit.web.app import service_app
from ila_kit.web.identity import Verifier

from ila_catalog.api import BLUEPRINTS
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.clients.keys import KeySigner
from ila_catalog.consumers import HANDLERS, TIMERS, RegisterJob
from ila_catalog.domain.digcomp import read_areas
from ila_catalog.ports import Deps
from ila_catalog.settings import Settings
from ila_catalog.store.tables import attachment, call_document
from ila_catalog.store.unit import CatalogUnit

SERVICE = "catalog"
KEPT = [attachment, call_document]


def live_deps(settings: Settings) -> Deps:
    """Connect the ports to the real database, clock and files."""
    engine = create_engine(settings.database_url, pool_size=settings.pool_size, name=f"ila-{SERVICE}")
    files = PackagedFiles()
    connect = partial(Neighbour, settings.gateway_url, f"svc:{SERVICE}", settings.client_key_file)
    return Deps(
        units=Units(engine, SERVICE, CatalogUnit, settings.clock()),
        areas=read_areas(files.competences),
        files=files,
        registers=Registers(connect),
        signer=KeySigner(settings.client_key_file),
        alone=partial(only_one, engine),
        kept_files=settings.kept_files(SERVICE),
    )


def create_app(
    settings: Settings,
    deps: Deps | None = None,
    *,
    verifier: Verifier | None = None,
    check_answers: bool = False,
) -> Flask:
    """Return the WSGI application. Making it connects to nothing."""
    return service_app(
        SERVICE,
        "Catalogue",
        BLUEPRINTS,
        deps or live_deps(settings),
        settings,
        package="ila_catalog",
        verifier=verifier,
        check_answers=check_answers,
    )


def create_worker(settings: Settings, deps: Deps | None = None) -> WorkerConfig[CatalogUnit]:
    """Describe the worker process: what it listens to, its timers, and the registers it asks."""
    deps = deps or live_deps(settings)
    return WorkerConfig(
        units=deps.units,
        broker=Broker(settings.broker_url, prefix=settings.bus_prefix),
        handlers=HANDLERS,
        timers=TIMERS,
        jobs={
            "registers": (settings.register_seconds, RegisterJob(deps).run),
            "files": (FILES_SECONDS, FilesJob(deps.units.engine, deps.kept_files, KEPT).run),
        },
        host=settings.host,
        port=settings.port,
    )
