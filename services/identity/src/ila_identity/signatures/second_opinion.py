"""What another verifier, which nobody here wrote, says of a signature that ours found good.

It is asked about the cryptographic part alone: value, digest of every file and of the signed properties,
digest of the certificate. It can only take a pass away: what it does not confirm is `indeterminate`.

Source: BR-102; decision 0052.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidSignature
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier, XAdESVerifyResult

from ila_identity.signatures import algorithms
from ila_identity.signatures.report import INDETERMINATE, Finding
from ila_identity.signatures.xades import DS, XADES, Signature
from ila_identity.signatures.xml import Element, reader

_METHODS = frozenset(map(SignatureMethod, algorithms.SCHEMES))
_DIGESTS = frozenset(map(DigestAlgorithm, algorithms.DIGESTS))
_UNSIGNED = f"{DS}Object/{XADES}QualifyingProperties/{XADES}UnsignedProperties"
# Real ones are a few kB. The other verifier copies the rest of a text for each of its lines.
_LONGEST_CERTIFICATE = 64 * 1024


def confirm(signature: Signature, data: Mapping[str, bytes], at: datetime) -> int:
    """Return of how many files the other verifier confirms that the signature covers them, unchanged.

    `data`: every data file by name; `at`: when the certificate must have been valid (UTC).
    Raises Finding, always `indeterminate`: `second_disagrees`, or `second_unable` if it cannot read the form.
    """
    try:
        _confirm(signature, data, at)
    except InvalidSignature:
        raise Finding("second_disagrees", INDETERMINATE) from None
    except Exception:  # whatever it stumbles over, it has not confirmed the signature
        raise Finding("second_unable", INDETERMINATE) from None
    return len(data)


def _confirm(signature: Signature, data: Mapping[str, bytes], at: datetime) -> None:
    asked = _SecondVerifier(data)
    found = asked.verify(
        _signed_part(signature),
        x509_cert=signature.certificate,
        parser=reader(),
        uri_resolver=asked.file,
        # Its schemas know fewer forms than the standard, and our own verifier checked what stands where.
        validate_schema=False,
        expect_config=XAdESSignatureConfiguration(
            expect_references=len(data) + 1,
            signature_methods=_METHODS,
            digest_algorithms=_DIGESTS,
            # The key is that of the certificate; a second one in KeyInfo is nobody's.
            ignore_ambiguous_key_info=True,
            verification_time=at,
        ),
    )
    properties = [one for one in found if isinstance(one, XAdESVerifyResult)]
    if len(properties) != 1 or sorted(asked.files_read) != sorted(data):
        raise InvalidSignature("something else is signed")


def _signed_part(signature: Signature) -> Element:
    """Return a copy of a signature without what anybody may add to it: stamps, answers, lists."""
    copied = etree.fromstring(etree.tostring(signature.signed_info.getparent(), with_tail=False), reader())
    for unsigned in copied.findall(_UNSIGNED):
        unsigned.getparent().remove(unsigned)
    certificates = copied.iterfind(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    if any(len(one.text or "") > _LONGEST_CERTIFICATE for one in certificates):
        raise ValueError("a certificate is too long to be handed on")
    return copied


class _SecondVerifier(XAdESVerifier):
    """signxml, kept from two things that hostile files make long: it reads files of the container as XML, and
    copies the whole signature for each of them. `files_read` names the files it asked for, in order.
    """

    def __init__(self, data: Mapping[str, bytes]) -> None:
        self._data, self._files = data, frozenset(map(id, data.values()))
        self.files_read: list[str] = []

    def file(self, uri: str) -> bytes:
        """Return the file of the container that a reference means; there is nothing else to be had."""
        name = unquote(uri, errors="strict")
        if name not in self._data:
            raise InvalidSignature("a reference leads out of the container")
        self.files_read.append(name)
        return self._data[name]

    def _fromstring(self, xml_string: bytes, **told: Any) -> Element:
        if id(xml_string) in self._files:
            raise etree.XMLSyntaxError("a file is bytes here, whatever is in it", None, 0, 0)
        return super()._fromstring(xml_string, **told)  # type: ignore[no-untyped-call]

    def _verify_reference(self, reference: Element, index: int, root: Element, *others: Any) -> Any:
        inside = (reference.get("URI") or "#").startswith("#")
        document = root if inside else etree.Element(f"{DS}Signature")
        return super()._verify_reference(reference, index, document, *others)  # type: ignore[no-untyped-call]
