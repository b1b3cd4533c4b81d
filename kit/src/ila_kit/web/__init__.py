"""The HTTP door: problems, callers, routes, schemas."""
