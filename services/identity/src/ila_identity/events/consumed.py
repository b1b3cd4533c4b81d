"""What identity relies on of others' events, and of its own that it hears like others'."""

from ila_kit.looks import Look


class PersonalDataViewed(Look):
    """Somebody looked at data of persons, in any service."""
