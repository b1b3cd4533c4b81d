"""Calls, learning needs, programmes and the public catalogue."""
