"""Who is trusted to issue certificates, stamp time and answer for certificates: EU trusted lists.

A profile is a set of lists. A list counts only if it is signed by a certificate that somebody pinned, or that
the list of lists names for its country. An expired list still names its services, but what hangs on it is
`indeterminate`, with an alarm; so is what hangs on an expired list of lists.

Source: BR-102 (a qualified signature of any Member State passes when its list is configured);
Regulation (EU) 910/2014 Article 22; ETSI TS 119 612.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from ila_identity.signatures.list_of_lists import ListOfLists, read_list_of_lists
from ila_identity.signatures.report import INDETERMINATE, PASSED, Check, Checks, Finding
from ila_identity.signatures.signed_lists import TSL, moment, read_signed
from ila_identity.signatures.xml import Element, decoded, only

ISSUER, STAMPER, RESPONDER = "issuer", "stamper", "responder"
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
_QUALIFIERS = (
    "{http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#}Qualifications"
    "/{*}QualificationElement/{*}Qualifiers/{*}Qualifier"
)


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
    """A list whose signature was checked: its country, its number, when it ends, its services.

    `vouched_by`: the list of lists by which alone its signer is known; None if somebody pinned the signer.
    """

    territory: str
    number: str
    next_update: datetime
    services: tuple[Service, ...]
    vouched_by: ListOfLists | None = None

    def ended_at(self, now: datetime) -> Finding | None:
        """Return why the list itself does not hold any more at an instant, or None while it does."""
        if now < self.next_update:
            return None
        until = f"{self.next_update:%d.%m.%Y}"
        return Finding("list_expired", INDETERMINATE, territory=self.territory, until=until)

    def doubt_at(self, now: datetime) -> Finding | None:
        """Return why nothing may rest on the list at an instant: it ended, or what vouches for it did."""
        return self.ended_at(now) or (self.vouched_by.ended_at(now) if self.vouched_by else None)


@dataclass(frozen=True, slots=True)
class TrustProfile:
    """The lists that are believed, and what could not be read.

    `revocation_required`: without a word on revocation in the file the outcome is `indeterminate`.
    """

    name: str
    lists: tuple[TrustedList, ...]
    refused: tuple[Check, ...]
    revocation_required: bool
    list_of_lists: ListOfLists | None = None

    def services(self, kind: str) -> list[tuple[TrustedList, Service]]:
        """Return the services of a kind, each with its list."""
        return [(one, service) for one in self.lists for service in one.services if service.kind == kind]

    def alarms_at(self, now: datetime) -> tuple[Check, ...]:
        """Return what somebody must look after: lists refused and lists expired."""
        found = [("trusted_list", one.ended_at(now)) for one in self.lists]
        if self.list_of_lists:
            found.insert(0, ("list_of_lists", self.list_of_lists.ended_at(now)))
        ended = [Check(code, why.outcome, why.reason, why.found) for code, why in found if why]
        return (*self.refused, *ended)


def load_profile(
    name: str,
    contents: Iterable[bytes],
    pins: frozenset[str],
    *,
    revocation_required: bool,
    list_of_lists: bytes | None = None,
    list_of_lists_pins: frozenset[str] = frozenset(),
) -> TrustProfile:
    """Return a profile of lists (XML). `pins`: SHA-256 (hex) of the certificates that may sign a list of any
    country, beside those that a list of lists names for its own; `list_of_lists_pins`: who may sign that one.

    A list that is not what it should be is left out and stays as an alarm.
    """
    checks = Checks()
    top = None
    if list_of_lists is not None:
        top = checks.judge("list_of_lists", partial(read_list_of_lists, list_of_lists, list_of_lists_pins))
    read = [checks.judge("trusted_list", partial(read_list, content, pins, top)) for content in contents]
    refused = tuple(check for check in checks.made() if check.outcome != PASSED)
    return TrustProfile(name, tuple(filter(None, read)), refused, revocation_required, top)


def read_list(content: bytes, pins: frozenset[str], top: ListOfLists | None = None) -> TrustedList:
    """Return a trusted list signed by a pinned certificate (SHA-256 in hex), or by one that the list of lists
    names for its country. Raises Finding.
    """
    signed = read_signed(content, lambda country: pins | (top.signers_of(country) if top else frozenset()))
    services = signed.root.iterfind(
        f"{TSL}TrustServiceProviderList/{TSL}TrustServiceProvider/{TSL}TSPServices/*"
    )
    return TrustedList(
        territory=signed.territory,
        number=signed.number,
        next_update=signed.next_update,
        services=tuple(one for service in services for one in _service(service)),
        vouched_by=None if signed.signer in pins else top,
    )


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
        since=moment(element.findtext(f"{TSL}StatusStartingTime") or ""),
        good=(element.findtext(f"{TSL}ServiceStatus") or "").strip() in _GOOD,
        uses=frozenset((one.text or "").strip() for one in uses) & _USES,
        qualifiers=frozenset(one.get("uri") or "" for one in qualifiers),
    )
