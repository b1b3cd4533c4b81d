"""Identity on a real database."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from ila_identity.app import create_app, live_deps, read_personas
from ila_identity.ports import Deps
from ila_identity.settings import Settings
from ila_kit.cli import offline_environment
from ila_kit.store import migrate
from ila_kit.store.database import create_engine
from ila_kit.testing.http import ApiClient, verifier
from ila_kit.testing.stores import empty_database

PERSONAS = Path(__file__).parents[4] / "deploy" / "local" / "personas.toml"


@pytest.fixture(scope="module")
def database_url(admin_url: str) -> Iterator[str]:
    with empty_database(admin_url) as url:
        migrate.upgrade(create_engine(url, pooled=False), "ila_identity")
        yield url


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(**offline_environment() | {"database_url": database_url, "pool_size": 20})


@pytest.fixture
def deps(settings: Settings) -> Iterator[Deps]:
    made = live_deps(settings)
    yield replace(made, personas=read_personas(str(PERSONAS)))
    made.units.engine.dispose()


@pytest.fixture
def engine(deps: Deps) -> sa.Engine:
    return deps.units.engine


@pytest.fixture
def app(settings: Settings, deps: Deps) -> Flask:
    made = create_app(settings, deps)
    trusted = replace(made.extensions["ila"], verifier=verifier("identity"), check_answers=True)
    made.extensions["ila"] = trusted
    return made


@pytest.fixture
def api(app: Flask) -> ApiClient:
    return ApiClient(app.test_client(), "identity")


@pytest.fixture
def gateway(api: ApiClient) -> ApiClient:
    return api.as_("svc:gateway", "identity.sign_in")
