"""Tables and statements; rows stay in here."""
