"""Alembic's entry: the kit knows how."""

from ila_kit.store.migrate import run_env

from ila_applications.store.group_tables import metadata

run_env(metadata)
