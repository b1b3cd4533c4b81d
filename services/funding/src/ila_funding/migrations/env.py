"""Entry of Alembic."""

from ila_kit.store.migrate import run_env

from ila_funding.store import claim_tables

run_env(claim_tables.metadata)
