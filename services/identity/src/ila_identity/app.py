"""Wiring of identity: the one module that knows all of its parts."""

import tomllib
from functools import partial
from pathlib import Path

from flask import Flask
from ila_kit.bus.broker import Broker
from ila_kit.bus.worker import WorkerConfig
from ila_kit.clients import Neighbour
from ila_kit.files.sweeping import FILES_SECONDS, FilesJob
from ila_kit.registers import Registers
from ila_kit.store.database import create_engine, only_one
from ila_kit.store.unit import Units
from ila_kit.web.app import service_app

from ila_identity.api import BLUEPRINTS, role_titles
from ila_identity.clients.collector import GatewayCollector
from ila_identity.clients.signatures import OfflineVerifier, TrustFiles
from ila_identity.consumers import (
    HANDLERS,
    TIMERS,
    EmployersJob,
    ExportsJob,
    FactsJob,
    InstitutionsJob,
    SeedsJob,
    SupportsJob,
)
from ila_identity.domain.personas import Personas
from ila_identity.parameters import (
    employer_legal_basis,
    legal_basis,
    limits,
    provider_legal_basis,
    support_legal_basis,
)
from ila_identity.ports import Deps
from ila_identity.settings import Settings
from ila_identity.store.my_data_tables import person_export
from ila_identity.store.provider_tables import attestation, authorisation
from ila_identity.store.unit import IdentityUnit
from ila_identity.store.vault import Vault

SERVICE = "identity"
PACKAGE = "ila_identity"
FILES = (attestation, authorisation, person_export)
EXPORT_SECONDS = 1.0


def live_deps(settings: Settings) -> Deps:
    """Connect the ports to the real database, clock and registers."""
    engine = create_engine(settings.database_url, pool_size=settings.pool_size, name=PACKAGE)
    unit = partial(IdentityUnit, vault=Vault.of(settings.personal_data_key))
    connect = partial(Neighbour, settings.gateway_url, f"svc:{SERVICE}", settings.client_key_file)
    return Deps(
        units=Units(engine, SERVICE, unit, settings.clock()),
        registers=Registers(connect),
        verifier=OfflineVerifier(trust_files(settings)),
        alone=partial(only_one, engine),
        legal_basis=legal_basis(),
        provider_legal_basis=provider_legal_basis(),
        employer_legal_basis=employer_legal_basis(),
        support_legal_basis=support_legal_basis(),
        kept_files=settings.kept_files(SERVICE),
        collector=GatewayCollector(connect),
        limits=limits(),
        personas=read_personas(settings.personas_file),
    )


def trust_files(settings: Settings) -> TrustFiles:
    """Return where the trusted lists are kept, and by which profile files are judged."""
    return TrustFiles(
        profile=settings.trust_profile,
        lists=settings.list_files(),
        signers=settings.list_signer_files(),
        list_of_lists=settings.list_of_lists_file(),
        list_of_lists_pins=settings.pins_of_list_of_lists(),
    )


def read_personas(path: str) -> Personas:
    """Return the personas of a file; none when no file is named."""
    return Personas.read(tomllib.loads(Path(path).read_text())) if path else Personas()


def create_app(settings: Settings, deps: Deps | None = None) -> Flask:
    """Build the WSGI application."""
    deps = deps or live_deps(settings)
    app = service_app(SERVICE, "Identity", BLUEPRINTS, deps, settings, package=PACKAGE)
    role_titles.init_app(app)
    return app


def create_worker(settings: Settings, deps: Deps | None = None) -> WorkerConfig[IdentityUnit]:
    """Describe the worker process: what it listens to, its timers and jobs."""
    deps = deps or live_deps(settings)
    return WorkerConfig(
        units=deps.units,
        broker=Broker(settings.broker_url, prefix=settings.bus_prefix),
        handlers=HANDLERS,
        timers=TIMERS,
        jobs={
            "facts": (settings.facts_seconds, FactsJob(deps).run),
            "earlier_support": (settings.facts_seconds, SupportsJob(deps).run),
            "institutions": (settings.institutions_seconds, InstitutionsJob(deps).run),
            "employers": (settings.institutions_seconds, EmployersJob(deps).run),
            "exports": (EXPORT_SECONDS, ExportsJob(deps).run),
            "files": (FILES_SECONDS, FilesJob(deps.units.engine, deps.kept_files, FILES).run),
            "seeds": (settings.institutions_seconds, SeedsJob(deps).run),
        },
        host=settings.host,
        port=settings.port,
    )
