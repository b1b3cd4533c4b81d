"""Migrations of applications' schema, run by `ila-applications migrate`."""
