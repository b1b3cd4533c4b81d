"""The message bus: sending what the outbox holds, working off what the inbox got."""
