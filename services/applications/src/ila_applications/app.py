"""Wiring of applications: the one module that knows all of its parts."""

from functools import partial

from flask import Flask
from ila_kit.bus.broker import Broker
from ila_kit.bus.worker import WorkerConfig
from ila_kit.clients import Neighbour
from ila_kit.files.sweeping import FILES_SECONDS, FilesJob
from ila_kit.store.database import create_engine, only_one
from ila_kit.store.unit import Units
from ila_kit.web.app import service_app

from ila_applications.api import BLUEPRINTS
from ila_applications.api.letters import letter_writer
from ila_applications.clients.identity import IdentityPeople
from ila_applications.clients.smtp import SmtpPost
from ila_applications.consumers import HANDLERS, RECHECK, TIMERS, FactsJob, LettersJob
from ila_applications.ports import Deps
from ila_applications.settings import Settings
from ila_applications.store.tables import evidence
from ila_applications.store.unit import ApplicationsUnit

SERVICE = "applications"
PACKAGE = "ila_applications"
LETTERS_SECONDS = 2.0


def live_deps(settings: Settings) -> Deps:
    """Connect the ports to the real database, clock and neighbours."""
    engine = create_engine(settings.database_url, pool_size=settings.pool_size, name=PACKAGE)
    connect = partial(Neighbour, settings.gateway_url, f"svc:{SERVICE}", settings.client_key_file)
    unit = ApplicationsUnit.sealing_by(settings.draw_key)
    return Deps(
        units=Units(engine, SERVICE, unit, settings.clock()),
        people=IdentityPeople(connect),
        alone=partial(only_one, engine),
        kept_files=settings.kept_files(SERVICE),
        post=SmtpPost(settings.smtp_url, settings.smtp_sender) if settings.smtp_url else None,
    )


def create_app(settings: Settings, deps: Deps | None = None) -> Flask:
    """Build the WSGI application. Importing this module connects to nothing."""
    deps = deps or live_deps(settings)
    return service_app(SERVICE, "Applications", BLUEPRINTS, deps, settings, package=PACKAGE)


def create_worker(settings: Settings, deps: Deps | None = None) -> WorkerConfig[ApplicationsUnit]:
    """Describe the worker process: what it listens to, its timers and jobs."""
    deps = deps or live_deps(settings)
    return WorkerConfig(
        units=deps.units,
        broker=Broker(settings.broker_url, prefix=settings.bus_prefix),
        handlers=HANDLERS,
        timers=TIMERS,
        jobs={
            "eligibility": (settings.eligibility_seconds, FactsJob(deps).run),
            "recheck": (settings.recheck_seconds, FactsJob(deps, RECHECK).run),
            "letters": (LETTERS_SECONDS, LettersJob(deps, letter_writer(settings.public_url)).run),
            "files": (FILES_SECONDS, FilesJob(deps.units.engine, deps.kept_files, [evidence]).run),
        },
        host=settings.host,
        port=settings.port,
        inbox_threads=settings.inbox_threads,
    )
