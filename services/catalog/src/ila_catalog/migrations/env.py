"""Runs the migrations; see `ila_kit.store.migrate`."""

from ila_kit.store.migrate import run_env

from ila_catalog.store.tables import metadata

run_env(metadata)
