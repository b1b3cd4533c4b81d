"""The public catalogue over HTTP: programmes and the institutions that give them."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.web.conditional import last_modified
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import list_of

from ila_catalog.api.json_ld import as_json_ld, course, wants_json_ld
from ila_catalog.api.programme_schemas import (
    ProgrammeQuery,
    ProgrammeSchema,
    ProgrammeSummaryListSchema,
    ProviderQuery,
    ProviderSchema,
)
from ila_catalog.api.shapes import facets_shown, programme_full, programme_summary, provider_shown
from ila_catalog.domain.listed import PLAIN_FACETS
from ila_catalog.domain.search import ProgrammeSearch, words
from ila_catalog.usecases.catalogue import find_programmes, list_providers, show_programme

PUBLIC = Access(public=True)

programmes = Resource(
    "public-programmes",
    __name__,
    url_prefix="/api/catalog/v1/public/programmes",
    description="Published programmes, for everybody",
)
providers = Resource(
    "public-providers",
    __name__,
    url_prefix="/api/catalog/v1/public/providers",
    description="Institutions with published programmes, for everybody",
)


@programmes.operation("GET", "", PUBLIC, query=ProgrammeQuery, answer=(200, ProgrammeSummaryListSchema))
def get_public_programmes(call: Call) -> Answer:
    """Find published programmes, and count what else the filters would find.

    Every word must be found, in any of its Latvian forms; the last one may be unfinished. The order
    nobody asks for is neutral: in the order of publication, the n-th programme of one institution, and
    the n-th of one content (`content_fingerprint`), comes in the n-th round; within a round by the
    SHA-256 of the id. It is the same for every visitor, and anyone can compute it again.
    """
    found = find_programmes(call.unit, call.deps.catalogue, _search(call.query))
    shown: dict[str, Any] = {
        "items": [programme_summary(row, call.deps.areas) for row in found.rows],
        "next": found.match.next,
        "total": found.match.total,
        "did_you_mean": found.match.did_you_mean,
    }
    if found.match.facets is not None:
        shown["facets"] = facets_shown(found.match.facets)
    return Answer(shown, tagged=True)


@programmes.operation("GET", "/<uuid:programme_id>", PUBLIC, answer=(200, ProgrammeSchema))
def get_public_programme(call: Call, programme_id: UUID) -> Answer:
    """Show a published programme in full, and where its price is explained.

    With `Accept: application/ld+json` it comes as a Course of schema.org.
    """
    row = show_programme(call.unit, programme_id)
    headers = last_modified(row["updated_at"]) | {"Vary": "Accept"}
    if wants_json_ld():
        return Answer(as_json_ld(course(row, call.deps.areas), headers))
    return Answer(programme_full(row, call.deps.areas), tagged=True, headers=headers)


@providers.operation("GET", "", PUBLIC, query=ProviderQuery, answer=(200, list_of(ProviderSchema)))
def get_public_providers(call: Call) -> dict[str, Any]:
    """List the institutions that have published programmes, in alphabetical order."""
    page = list_providers(call.unit, page_request(call.query))
    return {"items": [provider_shown(row) for row in page.rows], "next": page.next}


def _search(query: dict[str, Any]) -> ProgrammeSearch:
    """Return what is asked. Signs alone are a question without words, which finds nothing."""
    plain = (
        "digcomp_area",
        "level",
        "starts_from",
        "places_free",
        "updated_since",
        "sort",
        "after",
        "limit",
    )
    asked = query.get("q", "")
    return ProgrammeSearch(
        words=tuple(words(asked)) if asked else None,
        exactly={name: query[name] for name in (*PLAIN_FACETS, "call_id", "provider_id") if name in query},
        price_max=Decimal(query["price_max"]) if "price_max" in query else None,
        facets=query.get("facets") == "true",
        **{name: query[name] for name in plain if name in query},
    )
