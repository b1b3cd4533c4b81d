"""What a training teaches, by names that can be compared across calls, sources and providers."""

from ila_funding.domain.training import Kind, Training, same_title

STUDIES, VOCATIONAL = "studies", "vocational"
FAMILY: dict[str, str] = {
    Kind.MODULE: VOCATIONAL,
    Kind.MODULE_SET: VOCATIONAL,
    Kind.STUDY_COURSE: STUDIES,
    Kind.STUDY_MODULE: STUDIES,
}


def content_keys(title: str, training: Training) -> list[str]:
    """Return the names of a training's content: of the whole and of each part, with its family, sorted.

    Two trainings that share one of them teach the same content, whoever pays for them and whoever
    gives them. A part that is paid alone and again within a set is found by its own name.

    A kind that a methodology defines beside those of call 1 is a family of its own.

    Source: BR-713; families by BR-201.
    """
    family = FAMILY.get(training.kind, str(training.kind))
    titles = {same_title(one) for one in (title, *(part.title for part in training.parts))}
    return sorted(f"{family}:{one}" for one in titles)
