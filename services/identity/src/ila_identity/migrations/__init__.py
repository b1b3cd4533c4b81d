"""Migrations of identity's schema, run by `ila-identity migrate`."""
