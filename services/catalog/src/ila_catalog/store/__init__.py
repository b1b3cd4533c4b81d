"""The database of the catalogue: tables, and one store per aggregate."""
