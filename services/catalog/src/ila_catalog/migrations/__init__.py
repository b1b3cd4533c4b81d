"""Migrations of the schema of the catalogue, shipped in the wheel; `ila-catalog migrate` runs them."""
