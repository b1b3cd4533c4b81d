"""The message bus: sending what the outbox holds, working off what the inbox got."""

from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["pgbus"] = "ila_kit.bus.pg_transport:Transport"
