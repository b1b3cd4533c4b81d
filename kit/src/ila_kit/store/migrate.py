"""Migrations of a service: shipped in its wheel, run by its `migrate` command."""

import time
from importlib.resources import files

import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory


def config(package: str, engine: sa.Engine | None = None) -> Config:
    """Return the Alembic configuration of a package's migrations."""
    made = Config()
    made.set_main_option("script_location", str(files(package) / "migrations"))
    made.attributes["engine"] = engine
    return made


def upgrade(engine: sa.Engine, package: str, target: str = "head") -> None:
    """Bring the schema of a service up to date; one at a time, however many start together.

    A schema that a later release has migrated already stays as it is.
    """
    if target != "head" or pending(engine, package):
        command.upgrade(config(package, engine), target)


def downgrade(engine: sa.Engine, package: str, target: str) -> None:
    """Take the schema of a service back to an earlier migration."""
    command.downgrade(config(package, engine), target)


def pending(engine: sa.Engine, package: str) -> bool:
    """Tell whether the schema lacks a migration of this release.

    One that this release does not know is of a later release, which only adds: nothing is lacking.
    """
    revisions = [one.revision for one in ScriptDirectory.from_config(config(package)).walk_revisions()]
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found is None or found in revisions[1:]


def wait_until_migrated(engine: sa.Engine, package: str, seconds: float = 30) -> None:
    """Return once the schema is up to date. Raises RuntimeError when it is not in time."""
    deadline = time.monotonic() + seconds
    while pending(engine, package):
        if time.monotonic() > deadline:
            raise RuntimeError("migrations are pending: run the `migrate` command")
        time.sleep(0.2)


def run_env(metadata: sa.MetaData) -> None:
    """Be the whole `env.py` of a service: one transaction for all, under an advisory lock."""
    engine: sa.Engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        # Who comes second waits for the whole of the first; a table that others hold is waited for in short.
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        key = sa.func.hashtextextended(sa.func.current_schema() + ":migrate", 0)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
        connection.exec_driver_sql("SET LOCAL lock_timeout TO DEFAULT")
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
