"""What a training teaches, by names that can be compared across calls, sources and providers."""

import re
from dataclasses import dataclass
from uuid import UUID

from ila_funding.domain.training import Kind, Training, same_title

STUDIES, VOCATIONAL = "studies", "vocational"
FAMILY: dict[str, str] = {
    Kind.MODULE: VOCATIONAL,
    Kind.MODULE_SET: VOCATIONAL,
    Kind.STUDY_COURSE: STUDIES,
    Kind.STUDY_MODULE: STUDIES,
}
# Titles that say where something stands in a programme, not what it teaches; with a number or without.
_PLACES = (
    *("ievads", "ievadkurss", "ievadmodulis", "ievaddaļa", "ievadnodarbība", "pamati", "pamatkurss"),
    *("pamatmodulis", "pamatdaļa", "modulis", "kurss", "studiju kurss", "studiju modulis", "daļa", "tēma"),
    *("nodarbība", "lekcija", "seminārs", "prakse", "mācību prakse", "kvalifikācijas prakse"),
    *("praktiskais darbs", "praktiskie darbi", "praktiskā daļa", "teorētiskā daļa", "patstāvīgais darbs"),
    *("projekts", "noslēgums", "noslēguma darbs", "noslēguma projekts", "noslēguma pārbaudījums"),
    *("pārbaudījums", "pārbaudes darbs", "eksāmens", "kvalifikācijas eksāmens", "kvalifikācijas darbs"),
    *("introduction", "basics", "module", "course", "part", "topic", "practice", "practical work"),
    *("project", "final project", "final work", "exam", "final exam"),
)
_PLACE = re.compile(r"[\W\divx]*(" + "|".join(map(re.escape, _PLACES)) + r")([\W\d]|\b[ivx]+\b)*")


@dataclass(frozen=True, slots=True)
class Earlier:
    """Live money of a person that pays for a content already; `committed`: it is bound, not only held."""

    hold_id: UUID
    committed: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a wish for support: earlier live money, and programmes whose content nobody noted."""

    earlier: Earlier | None
    unnoted: tuple[UUID, ...]


def programme_key(programme_id: UUID) -> str:
    """Return the name of a programme itself, whatever it is called."""
    return f"programme:{programme_id}"


def says_content(title: str) -> bool:
    """Tell whether a title says what is taught: "Ievads" or "2. modulis" do not."""
    return _PLACE.fullmatch(same_title(title)) is None


def content_keys(programme_id: UUID, title: str, training: Training) -> list[str]:
    """Return the names of a training's content, sorted: itself, and with its family the whole and each part.

    Two trainings that share one of them teach the same content, whoever pays for them and whoever
    gives them. A part that is paid alone and again within a set is found by its own name. A title that
    says no content counts only within its curriculum, which is the continuing programme, or the
    training's own title.

    A kind that a methodology defines beside those of call 1 is a family of its own.

    Source: BR-713; families by BR-201.
    """
    family = FAMILY.get(training.kind, str(training.kind))
    titles = [title, *(part.title for part in training.parts)]
    curricula = [one for one in (training.continuing_programme, title) if one and says_content(one)]
    named = {f"{family}:{same_title(one)}" for one in titles if says_content(one)}
    within = {
        f"{family}@{same_title(curricula[0])}:{same_title(one)}"
        for one in titles
        if curricula and not says_content(one)
    }
    return sorted({programme_key(programme_id)} | named | within)
