"""What the last minute before the deadline of a call costs: 300 complete submissions, each with its receipt.

A hundred institutions have three offers ready; their calls and offers are stored in the running catalogue
and told to nobody. Everybody submits at once, to the catalogue itself and with identity tokens as the
gateway makes them; then, a moment behind the deadline, one more, which must be refused.
"""

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import requests
import sqlalchemy as sa
from front import Promise
from ila_catalog.domain.calls import Call
from ila_catalog.domain.facts import INSTITUTIONS, LICENCES, RegisterFact
from ila_catalog.domain.offers import Attachment, draft
from ila_catalog.domain.places import Place
from ila_catalog.domain.programmes import Part, Programme, Provider, Territory
from ila_catalog.store.unit import CatalogUnit
from ila_kit.actor import process_actor
from ila_kit.clock import parse_instant, utc_now
from ila_kit.ids import uuid7
from ila_kit.store.database import create_engine
from ila_kit.store.unit import Units
from joserfc import jwt
from joserfc.jwk import ECKey
from started import settings_of
from suite import DATA, processes

COLLEGES, EACH, CLIENTS = 100, 3, 16
# The deadline comes so long after the first submission; promised are 60 seconds.
LAST_SECONDS, PROMISED_SECONDS = 45.0, 60.0
OFFERS = "/api/catalog/v1/offers"
PAPERS = ("annex_2", "annex_3", "annex_4", "curriculum")
LICENCE = {
    "number": "P-1",
    "family": "vocational",
    "qualification": "Programmēšanas tehniķis",
    "lqf_level": 4,
    "study_form": "in_person",
    "running_since": "2015-09-01",
    "accredited": True,
}
ENTRY = {"operating": True, "accredited": True, "registered_on": "2010-01-01"}


@dataclass(frozen=True)
class Ready:
    """An offer that can be submitted, and by whom."""

    offer_id: uuid.UUID
    organisation_id: uuid.UUID


def submissions() -> list[Promise]:
    """Return how many of 300 submissions have receipts, and how long the last one took."""
    units = Units(create_engine(_database()), "catalog", CatalogUnit, utc_now)
    try:
        call, ready = _prepared(units)
        closes_at = call.offers.closes_at
        began = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(pool.map(_submit, ready[1:]))
        taken = time.perf_counter() - began
        receipts = [answer.json()["receipt"] for answer in answers if answer.status_code == 201]
        time.sleep(max(0.0, (closes_at - utc_now()).total_seconds()))
        late = _submit(ready[0])
        kept, after = _kept(units, call.id, closes_at)
    finally:
        units.engine.dispose()
    good = {one["sequence"] for one in receipts} == kept and not after
    good = good and all(parse_instant(one["received_at"]) < closes_at for one in receipts)
    refused = late.status_code == 409 and late.json()["code"] == "offers-closed"
    found = len(receipts) if good and refused else 0
    beside = (
        f"{taken:.1f} s of the last {PROMISED_SECONDS:.0f} s by {CLIENTS} clients; none after the instant"
    )
    return [
        Promise("submissions with receipts", found, least=COLLEGES * EACH, beside=beside),
        Promise("last receipt of 300", round(taken, 1), most=PROMISED_SECONDS, beside="s"),
    ]


def _database() -> str:
    return settings_of(processes()["catalog"]["pid"])["DATABASE_URL"]


def _prepared(units: Units[CatalogUnit]) -> tuple[Call, list[Ready]]:
    """Store a call whose offers are open for a moment, with one offer more than is promised."""
    with units.open(process_actor("catalog")) as unit:
        call_id = unit.connection.scalar(sa.text("SELECT id FROM call WHERE code = 'call-1'"))
        pattern = unit.programmes.of_call(call_id)[0]
        call = _call(unit.calls.get(call_id))
        unit.calls.add(call)
        ready = [one for number in range(COLLEGES) for one in _college(unit, call, pattern, number, EACH)]
        ready = [*_college(unit, call, pattern, COLLEGES, 1), *ready]
        unit.commit()
    # What was prepared took its time: the deadline is set when all is ready.
    with units.open(process_actor("catalog")) as unit:
        call = _closing(call, utc_now() + timedelta(seconds=LAST_SECONDS))
        unit.calls.save(replace(call, version=call.version + 1))
        unit.commit()
    return call, ready


def _call(pattern: Call) -> Call:
    needs = [replace(need, id=uuid7()) for need in pattern.data.learning_needs]
    code = f"bench-{uuid.uuid4().hex[:12]}"
    data = replace(pattern.data, id=uuid7(), code=code, learning_needs=needs, documents=[])
    call = Call(data=data, state="published", version=1, shifted_by_days=0, published_at=utc_now())
    return _closing(call, utc_now() + timedelta(hours=1))


def _closing(call: Call, closes_at: datetime) -> Call:
    window = {"opens_at": closes_at - timedelta(days=11), "closes_at": closes_at}
    phases = [replace(one, **window) if one.name == "offers" else one for one in call.data.phases]
    return replace(call, data=replace(call.data, phases=phases))


def _college(unit: CatalogUnit, call: Call, pattern: Programme, number: int, many: int) -> Iterator[Ready]:
    """Store an institution that the registers know, and give its offers as they are ready."""
    riga = Territory(code="LV-RIX", name="Rīga")
    provider = Provider(
        id=uuid7(),
        viis_number=f"{98_00_000_000 + uuid.uuid4().int % 99_999_999:010d}",
        name=f"Pēdējās minūtes koledža {number}",
        institution_type="Koledža",
        address="Paraugu iela 1, Rīga",
        territory=riga,
    )
    unit.providers.put(provider)
    unit.facts.want(provider.id, (INSTITUTIONS, LICENCES))
    for register, answer in ((INSTITUTIONS, ENTRY), (LICENCES, {"licences": [LICENCE]})):
        told = RegisterFact(
            provider_id=provider.id,
            register=register,
            found=True,
            answer=answer,
            observed_at=unit.now,
            legal_basis="stand-in",
            hash="0" * 64,
            snapshot="a.b.c",
        )
        unit.facts.record(told, unit.now)
    place = _place(provider, unit.now)
    unit.places.add(place)
    for one in range(many):
        yield _offer(unit, call, _programme(call, pattern, provider, place, one))


def _place(provider: Provider, now: datetime) -> Place:
    return Place(
        id=uuid7(),
        organisation_id=provider.id,
        text=provider.address,
        state="matched",
        version=2,
        created_at=now,
        updated_at=now,
        register_id="1",
        address=provider.address,
        territory=provider.territory.code,
        territory_name=provider.territory.name,
        provenance={"register": "viis_addresses", "observed_at": now.isoformat(), "hash": "0" * 64},
    )


def _programme(call: Call, pattern: Programme, provider: Provider, place: Place, number: int) -> Programme:
    need = call.data.learning_needs[2]
    part = Part(title=f"Saturs {number}", title_en=f"Content {number}", hours=100, digital_hours=90)
    return replace(
        pattern,
        id=uuid7(),
        call_id=call.id,
        kind="module",
        state="complete",
        version=2,
        parts=[part],
        digcomp=[replace(pattern.digcomp[0], area=need.areas[0].area, level=5)],
        continuing_programme=None,
        provider=provider,
        published_at=None,
        agreement_id=None,
        demonstration=False,
        licence_number="P-1",
        learning_need_id=need.id,
        place_id=place.id,
        family=call.data.family_of("module"),
    )


def _offer(unit: CatalogUnit, call: Call, programme: Programme) -> Ready:
    unit.programmes.add(programme)
    made = draft(programme.provider.id, call.id, programme.id, programme.kind, unit.now)
    offer = replace(made, funding_source=call.data.funding_source, confirmed=True)
    unit.offers.add(offer)
    for kind in PAPERS:
        paper = Attachment(
            id=uuid7(),
            subject_kind="offer",
            subject_id=offer.id,
            kind=kind,
            name=f"{kind}.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            created_by="bench",
            created_at=unit.now,
        )
        unit.attachments.add(paper)
    return Ready(offer.id, programme.provider.id)


def _submit(ready: Ready) -> requests.Response:
    """Submit an offer as a signatory of its institution."""
    address = f"http://127.0.0.1:{processes()['catalog']['port']}{OFFERS}/{ready.offer_id}/submission"
    headers = {"Authorization": f"Bearer {_token(ready)}", "Idempotency-Key": str(uuid.uuid4())}
    return requests.post(address, headers=headers, timeout=30)


def _token(ready: Ready) -> str:
    key = ECKey.import_key((DATA / "keys" / "gateway-signing.pem").read_text())
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": "ila-gateway",
        "aud": "catalog",
        "sub": str(uuid7()),
        "roles": [{"role": "provider_signatory", "organisation": str(ready.organisation_id)}],
        "acr": "high",
        "iat": now,
        "exp": now + 60,
    }
    return jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, claims, key)


def _kept(units: Units[CatalogUnit], call_id: uuid.UUID, closes_at: datetime) -> tuple[set[int], int]:
    """Return the receipts that are stored of a call, and how many of them are of the deadline or later."""
    query = sa.text(
        "SELECT sequence, received_at FROM offer_submission"
        " JOIN offer ON offer.id = offer_id WHERE call_id = :call_id"
    )
    with units.read(process_actor("catalog")) as unit:
        rows = unit.connection.execute(query, {"call_id": call_id}).all()
    return {row.sequence for row in rows}, sum(row.received_at >= closes_at for row in rows)
