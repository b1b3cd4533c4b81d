"""Entry of Alembic."""

from ila_kit.store.migrate import run_env

from ila_funding.store.tables import metadata

run_env(metadata)
