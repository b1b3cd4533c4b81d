"""Trusted lists (ETSI TS 119 612) that name the authorities of this infrastructure."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from lxml import etree

from ila_stubs.signing.containers import EXCLUSIVE, SHA256, Order, b64, canonical, digest_of, signature_of
from ila_stubs.signing.pki import Holder, Pki

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


def signed_list(pki: Pki, text: str) -> bytes:
    """Return a list (XML) with its signature by the operator inside."""
    root = etree.fromstring(text)
    reference = (
        '<ds:Reference URI=""><ds:Transforms>'
        '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
        f'<ds:Transform Algorithm="{EXCLUSIVE}"/></ds:Transforms><ds:DigestMethod Algorithm="{SHA256}"/>'
        f"<ds:DigestValue>{digest_of(SHA256, canonical(root))}</ds:DigestValue></ds:Reference>"
    )
    root.append(signature_of(Order(pki.operator, None, {}, _SINCE, references=reference)))
    written: bytes = etree.tostring(root)
    return written


def fingerprint(holder: Holder) -> str:
    """Return the SHA-256 (hex) of a certificate."""
    return hashlib.sha256(holder.der).hexdigest()
