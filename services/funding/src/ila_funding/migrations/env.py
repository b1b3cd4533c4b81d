"""Entry of Alembic."""

from ila_kit.store.migrate import run_env

from ila_funding.store import (  # noqa: F401
    claim_tables,
    ledger_tables,
    limit_tables,
    methodology_tables,
    support_tables,
)

run_env(claim_tables.metadata)
