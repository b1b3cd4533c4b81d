"""Who is trusted to issue certificates, stamp time and answer for certificates: EU trusted lists.

A profile is a set of lists. A list counts only if it is signed by a certificate that somebody pinned. An
expired list still names its services, but what hangs on it is `indeterminate`, with an alarm.

Source: BR-102 (a qualified signature of any Member State passes when its list is configured);
Regulation (EU) 910/2014 Article 22; ETSI TS 119 612.
"""

import copy
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from ila_identity.signatures import algorithms, xades
from ila_identity.signatures.report import FAILED, INDETERMINATE, Check, Finding
from ila_identity.signatures.xml import (
    Element,
    canonical,
    decoded,
    only,
    parsed,
    refuse_hidden_nodes,
    refuse_ids_twice,
)

ISSUER, STAMPER, RESPONDER = "issuer", "stamper", "responder"
TSL = "{http://uri.etsi.org/02231/v2#}"
_TYPES = "http://uri.etsi.org/TrstSvc/Svctype/"
_KINDS = {
    f"{_TYPES}CA/QC": ISSUER,
    f"{_TYPES}TSA/QTST": STAMPER,
    f"{_TYPES}Certstatus/OCSP/QC": RESPONDER,
}
_STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
# The last three are from before the Regulation: they count for signatures made while they were given.
_GOOD = frozenset(
    f"{_STATUS}{one}" for one in ("granted", "accredited", "undersupervision", "supervisionincessation")
)
_SVC_EXT = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
FOR_SIGNATURES = f"{_SVC_EXT}ForeSignatures"
_USES = frozenset({FOR_SIGNATURES, f"{_SVC_EXT}ForeSeals", f"{_SVC_EXT}ForWebSiteAuthentication"})
DEVICE = frozenset({f"{_SVC_EXT}QCWithQSCD", f"{_SVC_EXT}QCWithSSCD"})
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_QUALIFIERS = (
    "{http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#}Qualifications"
    "/{*}QualificationElement/{*}Qualifiers/{*}Qualifier"
)
MOST_LIST = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Span:
    """A status from a moment on; `uses` and `qualifiers` are URIs of its extensions."""

    since: datetime
    good: bool
    uses: frozenset[str]
    qualifiers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Service:
    """A trust service: what it is for, its certificates (DER), and its statuses, the newest first."""

    kind: str
    name: str
    certificates: tuple[bytes, ...]
    spans: tuple[Span, ...]

    def span_at(self, moment: datetime) -> Span | None:
        """Return the status that held at a moment, or None if it was not listed yet."""
        return next((span for span in self.spans if span.since <= moment), None)

    def good_at(self, moment: datetime) -> bool:
        """Tell whether the service was granted at a moment."""
        span = self.span_at(moment)
        return span is not None and span.good


@dataclass(frozen=True, slots=True)
class TrustedList:
    """A list whose signature was checked: its country, its number, when it ends, its services."""

    territory: str
    number: str
    next_update: datetime
    services: tuple[Service, ...]

    def fresh_at(self, now: datetime) -> bool:
        """Tell whether the list still holds."""
        return now < self.next_update

    def told(self) -> dict[str, str]:
        """Return what a sentence about the list names: its country and its last day."""
        return {"territory": self.territory, "until": f"{self.next_update:%d.%m.%Y}"}


@dataclass(frozen=True, slots=True)
class TrustProfile:
    """The lists that are believed, and what could not be read.

    `revocation_required`: without a word on revocation in the file the outcome is `indeterminate`.
    """

    name: str
    lists: tuple[TrustedList, ...]
    refused: tuple[Check, ...]
    revocation_required: bool

    def services(self, kind: str) -> list[tuple[TrustedList, Service]]:
        """Return the services of a kind, each with its list."""
        return [(one, service) for one in self.lists for service in one.services if service.kind == kind]

    def alarms_at(self, now: datetime) -> tuple[Check, ...]:
        """Return what somebody must look after: lists refused and lists expired."""
        ended = [one for one in self.lists if not one.fresh_at(now)]
        expired = (Check("trusted_list", INDETERMINATE, "list_expired", one.told()) for one in ended)
        return (*self.refused, *expired)


def load_profile(
    name: str, contents: Iterable[bytes], pins: frozenset[str], *, revocation_required: bool
) -> TrustProfile:
    """Return a profile of lists (XML). `pins`: SHA-256 (hex) of the certificates that may sign a list.

    A list that is not what it should be is left out and stays as an alarm.
    """
    lists, refused = [], []
    for content in contents:
        try:
            lists.append(read_list(content, pins))
        except Finding as finding:
            refused.append(Check("trusted_list", FAILED, finding.reason, finding.found))
    return TrustProfile(name, tuple(lists), tuple(refused), revocation_required)


def read_list(content: bytes, pins: frozenset[str]) -> TrustedList:
    """Return a trusted list whose signature holds, by a pinned certificate. Raises Finding."""
    root = parsed(content, f"{TSL}TrustServiceStatusList", MOST_LIST)
    refuse_hidden_nodes(root)
    refuse_ids_twice(root)
    _check_signature(root, pins)
    scheme = only(root, f"{TSL}SchemeInformation", "list_broken")
    next_update = scheme.findtext(f"{TSL}NextUpdate/{TSL}dateTime")
    if not next_update:
        raise Finding("list_closed")
    services = root.iterfind(f"{TSL}TrustServiceProviderList/{TSL}TrustServiceProvider/{TSL}TSPServices/*")
    return TrustedList(
        territory=scheme.findtext(f"{TSL}SchemeTerritory") or "",
        number=scheme.findtext(f"{TSL}TSLSequenceNumber") or "",
        next_update=_moment(next_update),
        services=tuple(one for service in services for one in _service(service)),
    )


def _check_signature(root: Element, pins: frozenset[str]) -> None:
    """Check the signature inside a list: over all of the list but itself, by a pinned certificate."""
    signature = xades.read_signature(only(root, f"{xades.DS}Signature", "list_unsigned"))
    fingerprint = hashlib.sha256(signature.certificate.public_bytes(Encoding.DER)).hexdigest()
    if fingerprint not in pins:
        raise Finding("list_signer_unknown", fingerprint=fingerprint)
    xades.check_properties_covered(signature)
    xades.check_value(signature)
    xades.check_certificate_named(signature)
    whole = [one for one in signature.references() if one.get("URI") == ""]
    if len(whole) != 1 or len(signature.references()) != 2:
        raise Finding("list_unsigned")
    _check_whole(root, whole[0])


def _check_whole(root: Element, reference: Element) -> None:
    transforms = reference.findall(f"{xades.DS}Transforms/{xades.DS}Transform")
    if len(transforms) != 2 or xades.algorithm_of(transforms[0]) != _ENVELOPED:
        raise Finding("transform")
    content = canonical(_without_signature(root), xades.algorithm_of(transforms[1]))
    algorithm = only(reference, f"{xades.DS}DigestMethod", "list_broken").get("Algorithm")
    stated = decoded(only(reference, f"{xades.DS}DigestValue", "list_broken"))
    if not hmac.compare_digest(algorithms.digest(algorithm, content), stated):
        raise Finding("list_altered")


def _without_signature(root: Element) -> Element:
    """Return a copy without its signature; the text behind a removed element must stay."""
    whole = copy.deepcopy(root)
    signature = whole.find(f"{xades.DS}Signature")
    before = signature.getprevious()
    before.tail = (before.tail or "") + (signature.tail or "")
    whole.remove(signature)
    return whole


def _service(element: Element) -> list[Service]:
    """Return a service if it is of a kind that matters here."""
    now = only(element, f"{TSL}ServiceInformation", "list_broken")
    kind = _KINDS.get((now.findtext(f"{TSL}ServiceTypeIdentifier") or "").strip())
    certificates = now.findall(f"{TSL}ServiceDigitalIdentity/{TSL}DigitalId/{TSL}X509Certificate")
    if kind is None or not certificates:
        return []
    history = element.findall(f"{TSL}ServiceHistory/{TSL}ServiceHistoryInstance")
    spans = sorted((_span(one) for one in (now, *history)), key=lambda span: span.since, reverse=True)
    name = now.findtext(f"{TSL}ServiceName/{TSL}Name") or ""
    return [Service(kind, name.strip(), tuple(decoded(one) for one in certificates), tuple(spans))]


def _span(element: Element) -> Span:
    extensions = f"{TSL}ServiceInformationExtensions/{TSL}Extension"
    uses = element.iterfind(f"{extensions}/{TSL}AdditionalServiceInformation/{TSL}URI")
    qualifiers = element.iterfind(f"{extensions}/{_QUALIFIERS}")
    return Span(
        since=_moment(element.findtext(f"{TSL}StatusStartingTime") or ""),
        good=(element.findtext(f"{TSL}ServiceStatus") or "").strip() in _GOOD,
        uses=frozenset((one.text or "").strip() for one in uses) & _USES,
        qualifiers=frozenset(one.get("uri") or "" for one in qualifiers),
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Finding("list_broken") from None
    if moment.tzinfo is None:
        raise Finding("list_broken")
    return moment
