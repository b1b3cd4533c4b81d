"""Entry of Alembic."""

from ila_kit.store.migrate import run_env

from ila_funding.store import claim_tables, ledger_tables, limit_tables, support_tables  # noqa: F401

run_env(claim_tables.metadata)
