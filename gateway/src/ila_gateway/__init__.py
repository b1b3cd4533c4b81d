"""The one front door: sign-in, tokens, limits, proxy."""
