"""The public catalogue over HTTP: programmes and the institutions that give them."""

from typing import Any
from uuid import UUID

from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import list_of

from ila_catalog.api.programme_schemas import (
    ProgrammeQuery,
    ProgrammeSchema,
    ProgrammeSummarySchema,
    ProviderQuery,
    ProviderSchema,
)
from ila_catalog.api.shapes import programme_full, programme_summary, provider_shown
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


@programmes.operation("GET", "", PUBLIC, query=ProgrammeQuery, answer=(200, list_of(ProgrammeSummarySchema)))
def get_public_programmes(call: Call) -> dict[str, Any]:
    """Find published programmes.

    The order nobody asks for is neutral: by the SHA-256 of each programme's id. It is the same for
    every visitor, anyone can compute it, and it follows neither name, price, provider nor entry.
    """
    page = find_programmes(call.unit, page_request(call.query), _search(call.query))
    return {"items": [programme_summary(row, call.deps.areas) for row in page.rows], "next": page.next}


@programmes.operation("GET", "/<uuid:programme_id>", PUBLIC, answer=(200, ProgrammeSchema))
def get_public_programme(call: Call, programme_id: UUID) -> Answer:
    """Show a published programme in full, and where its price is explained."""
    row = show_programme(call.unit, programme_id)
    return Answer(programme_full(row, call.deps.areas), version=row["version"])


@providers.operation("GET", "", PUBLIC, query=ProviderQuery, answer=(200, list_of(ProviderSchema)))
def get_public_providers(call: Call) -> dict[str, Any]:
    """List the institutions that have published programmes, in alphabetical order."""
    page = list_providers(call.unit, page_request(call.query))
    return {"items": [provider_shown(row) for row in page.rows], "next": page.next}


def _search(query: dict[str, Any]) -> ProgrammeSearch:
    return ProgrammeSearch(
        words=tuple(words(query.get("q", ""))),
        digcomp_area=query.get("digcomp_area"),
        level=query.get("level"),
        starts_from=query.get("starts_from"),
    )
