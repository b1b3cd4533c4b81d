"""Runs the migrations of the sample service."""

from ila_kit.store.migrate import run_env

from notes_service.tables import metadata

run_env(metadata)
