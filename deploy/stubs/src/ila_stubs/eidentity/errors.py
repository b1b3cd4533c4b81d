"""Refusals of the OAuth 2.0 and OpenID Connect protocols."""


class ProtocolError(Exception):
    """A refusal the protocol has a name for, such as `invalid_grant`."""

    def __init__(self, error: str, description: str, status: int = 400):
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


class UntrustedRequest(Exception):
    """An authorisation request whose sender is not known: shown to the person, never redirected."""
