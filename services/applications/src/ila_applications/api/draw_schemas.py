"""What draws look like over HTTP."""

from typing import Any

from ila_kit.web.schemas import Schema, fields

from ila_applications.domain.draws import DRAW
from ila_applications.domain.lots import ABLE, GONE, LATE, OPEN, PLACE, WAITING

STANDINGS = [ABLE, OPEN]
OUTCOMES = [PLACE, WAITING, OPEN, GONE, LATE]
MOST = 2**31 - 1


class StratumSchema(Schema):
    """Ages, both included, for whom at least `percent` of the places of each programme are reserved."""

    code = fields.String(required=True)
    lowest_age = fields.WholeNumber(min=0, max=1_000, required=True)
    highest_age = fields.WholeNumber(min=0, max=1_000, required=True)
    percent = fields.WholeNumber(min=1, max=100, required=True)


class DrawnProgrammeSchema(Schema):
    """A programme in a draw; `entries` is null before the pin."""

    programme_id = fields.Id(required=True)
    title_lv = fields.String(required=True)
    title_en = fields.String(required=True)
    places = fields.WholeNumber(min=0, max=MOST, required=True)
    entries = fields.WholeNumber(min=0, max=MOST, required=True, allow_none=True)


class CommittedSchema(Schema):
    """What is known of a draw before the window opens, and what is pinned after it closed.

    `commitment` is the SHA-256 of the seed and of the hashed key of the pseudonyms; `source_lv` and
    `source_en` name the public value. `entries_sha256` is null until the pin.
    """

    recipe = fields.String(required=True)
    call_id = fields.Id(required=True)
    commitment = fields.String(required=True)
    committed_at = fields.Instant(required=True)
    source_lv = fields.String(required=True)
    source_en = fields.String(required=True)
    pinned_at = fields.Instant(required=True, allow_none=True)
    entries_sha256 = fields.String(required=True, allow_none=True)
    strata = fields.List(fields.Nested(StratumSchema), required=True)


class RevealedSchema(CommittedSchema):
    """A draw with what is null until it is drawn; the public value is told when two have given it."""

    public_value = fields.String(required=True, allow_none=True)
    drawn_at = fields.Instant(required=True, allow_none=True)
    seed = fields.String(required=True, allow_none=True)
    key_sha256 = fields.String(required=True, allow_none=True)
    list_sha256 = fields.String(required=True, allow_none=True)


class DrawSchema(RevealedSchema):
    """The draw of a call as it is now.

    The entries are pinned at `pins_at`, or as soon as no check is under way any more; the lots are
    drawn once the public value, entered by one officer at `entered_at`, is confirmed by another.
    """

    state = fields.OneOf(sorted(DRAW.states), required=True)
    opens_at = fields.Instant(required=True)
    closes_at = fields.Instant(required=True)
    pins_at = fields.Instant(required=True)
    entered_at = fields.Instant(required=True, allow_none=True)
    programmes = fields.List(fields.Nested(DrawnProgrammeSchema), required=True)


class PublicValueSchema(Schema):
    """The public value, typed as its source spells it."""

    value = fields.Text(max=200, required=True)


class PinnedEntrySchema(Schema):
    """An entry of the pinned list; `open`: eligibility was not decided."""

    programme_id = fields.Id(required=True)
    entry = fields.String(required=True)
    stratum = fields.String(required=True, allow_none=True)
    standing = fields.OneOf(STANDINGS, required=True)


class ListedEntrySchema(PinnedEntrySchema):
    """An entry of the list under its pseudonym; `late` ones came after the pin and have no rank."""

    rank = fields.WholeNumber(min=1, max=MOST, required=True, allow_none=True)
    position = fields.WholeNumber(min=1, max=MOST, required=True, allow_none=True)
    outcome = fields.OneOf(OUTCOMES, required=True)


def _places() -> Any:
    return fields.Dict(
        keys=fields.Id(), values=fields.WholeNumber(min=0, max=MOST, required=True), required=True
    )


class PinnedListSchema(CommittedSchema):
    """Everything that the draw depends on but its seed and the public value; `places` are by programme."""

    places = _places()
    entries = fields.List(fields.Nested(PinnedEntrySchema), required=True)


class DrawListSchema(RevealedSchema):
    """Everything that is needed to recompute a draw; `places` are by programme."""

    places = _places()
    entries = fields.List(fields.Nested(ListedEntrySchema), required=True)


class MyEntrySchema(Schema):
    """An entry as its owner is told of it; what pin and draw decide is null before them."""

    application_id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    programme_id = fields.Id(required=True)
    entry = fields.String(required=True, metadata={"description": "its pseudonym in the list"})
    pins_at = fields.Instant(required=True)
    pinned = fields.Flag(
        required=True, allow_none=True, metadata={"description": "stands in the pinned list"}
    )
    drawn_at = fields.Instant(required=True, allow_none=True)
    outcome = fields.OneOf(OUTCOMES, required=True, allow_none=True)
    rank = fields.WholeNumber(min=1, max=MOST, required=True, allow_none=True)
    stratum = fields.String(required=True, allow_none=True)
    lot = fields.String(required=True, allow_none=True)
    entries = fields.WholeNumber(min=0, max=MOST, required=True, allow_none=True)
    places = fields.WholeNumber(min=0, max=MOST, required=True, allow_none=True)
