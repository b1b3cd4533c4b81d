"""Strata: the part of a call's trainings that a budget line of its own pays for."""

from ila_funding.domain.programme import PublishedProgramme

# The line that pays for every training which no line of its own pays for.
EVERY = ""
MOST_SPECIFIC_FIRST = ("programme", "territory", "kind", "family")
PATTERN = f"({'|'.join(MOST_SPECIFIC_FIRST)}):[A-Za-z0-9_.-]{{1,60}}"


def strata_of(programme: PublishedProgramme) -> tuple[str, ...]:
    """Return the strata that a programme is in, the most specific first.

    What catalog did not tell of a programme (territory and family, before it was asked for) is left out.
    """
    told = {
        "programme": str(programme.programme_id),
        "territory": programme.territory,
        "kind": str(programme.training.kind),
        "family": programme.family,
    }
    return tuple(f"{name}:{told[name]}" for name in MOST_SPECIFIC_FIRST if told[name])
