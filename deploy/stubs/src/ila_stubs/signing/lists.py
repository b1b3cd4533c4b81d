"""Trusted lists (ETSI TS 119 612) that name the authorities of this infrastructure."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from lxml import etree

from ila_stubs.signing.containers import EXCLUSIVE, SHA256, Order, b64, canonical, digest_of, signature_of
from ila_stubs.signing.pki import Holder, Pki

_TYPES = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType"
_MORE = "http://uri.etsi.org/02231/v2/additionaltypes#"
XML_LIST, PDF_LIST = "application/vnd.etsi.tsl+xml", "application/pdf"
_LISTS = "EUlistofthelists"
_SINCE = datetime(2024, 1, 1, tzinfo=UTC)


def trusted_list(
    pki: Pki,
    services: Iterable[tuple[str, Holder]],
    *,
    until: datetime,
    status: str = "granted",
    since: datetime = _SINCE,
    territory: str = "LV",
) -> bytes:
    """Return a trusted list (XML) signed by the operator; services by kind (`CA/QC`, `TSA/QTST`)."""
    return signed_list(pki, list_text(services, until, status, since, territory))


def list_text(
    services: Iterable[tuple[str, Holder]], until: datetime, status: str, since: datetime, territory: str
) -> str:
    """Return a list that is not signed yet."""
    listed = "".join(
        f"""<TSPService><ServiceInformation>\
<ServiceTypeIdentifier>http://uri.etsi.org/TrstSvc/Svctype/{kind}</ServiceTypeIdentifier>\
<ServiceName><Name xml:lang="en">{kind} of the test</Name></ServiceName><ServiceDigitalIdentity><DigitalId>\
<X509Certificate>{b64(holder.der)}</X509Certificate></DigitalId></ServiceDigitalIdentity>\
<ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/{status}</ServiceStatus>\
<StatusStartingTime>{since:%Y-%m-%dT%H:%M:%SZ}</StatusStartingTime></ServiceInformation></TSPService>"""
        for kind, holder in services
    )
    return f"""<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" Id="list"><SchemeInformation>\
<TSLSequenceNumber>1</TSLSequenceNumber><SchemeTerritory>{territory}</SchemeTerritory>\
<NextUpdate><dateTime>{until:%Y-%m-%dT%H:%M:%SZ}</dateTime></NextUpdate></SchemeInformation>\
<TrustServiceProviderList><TrustServiceProvider><TSPServices>{listed}</TSPServices></TrustServiceProvider>\
</TrustServiceProviderList></TrustServiceStatusList>"""


def list_of_lists(
    pki: Pki, named: Iterable[tuple[str, Holder]], *, until: datetime, media_type: str = XML_LIST
) -> bytes:
    """Return a list of lists (XML) signed by the union: who may sign, by the country of their list. It points
    to itself too, as the real one does.
    """
    kinds = [*((country, holder, "EUgeneric") for country, holder in named), ("EU", pki.union, _LISTS)]
    pointers = "".join(_pointer(*one, media_type) for one in kinds)
    text = f"""<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" Id="list"><SchemeInformation>\
<TSLSequenceNumber>1</TSLSequenceNumber><TSLType>{_TYPES}/{_LISTS}</TSLType>\
<SchemeTerritory>EU</SchemeTerritory><PointersToOtherTSL>{pointers}</PointersToOtherTSL>\
<NextUpdate><dateTime>{until:%Y-%m-%dT%H:%M:%SZ}</dateTime></NextUpdate></SchemeInformation>\
</TrustServiceStatusList>"""
    return signed_list(pki, text, pki.union)


def _pointer(country: str, signer: Holder, kind: str, media_type: str) -> str:
    return f"""<OtherTSLPointer><ServiceDigitalIdentities><ServiceDigitalIdentity><DigitalId>\
<X509Certificate>{b64(signer.der)}</X509Certificate></DigitalId></ServiceDigitalIdentity>\
</ServiceDigitalIdentities><TSLLocation>https://lists.example/{country}.xml</TSLLocation>\
<AdditionalInformation><OtherInformation><TSLType>{_TYPES}/{kind}</TSLType></OtherInformation>\
<OtherInformation><SchemeTerritory>{country}</SchemeTerritory></OtherInformation><OtherInformation>\
<m:MimeType xmlns:m="{_MORE}">{media_type}</m:MimeType></OtherInformation></AdditionalInformation>\
</OtherTSLPointer>"""


def signed_list(pki: Pki, text: str, signer: Holder | None = None) -> bytes:
    """Return a list (XML) with its signature inside: by the operator, unless another signer is told."""
    root = etree.fromstring(text)
    reference = (
        '<ds:Reference URI=""><ds:Transforms>'
        '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
        f'<ds:Transform Algorithm="{EXCLUSIVE}"/></ds:Transforms><ds:DigestMethod Algorithm="{SHA256}"/>'
        f"<ds:DigestValue>{digest_of(SHA256, canonical(root))}</ds:DigestValue></ds:Reference>"
    )
    root.append(signature_of(Order(signer or pki.operator, None, {}, _SINCE, references=reference)))
    written: bytes = etree.tostring(root)
    return written


def fingerprint(holder: Holder) -> str:
    """Return the SHA-256 (hex) of a certificate."""
    return hashlib.sha256(holder.der).hexdigest()
