"""The signer of a CMS structure: its attributes, the certificate they name, and its value.

Time-stamp tokens and signatures of PDF are both made of it.

Source: BR-102; RFC 5652; RFC 5035 (signing-certificate attribute).
"""

import hmac
from collections.abc import Callable

from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509

from ila_identity.signatures import algorithms
from ila_identity.signatures.report import Finding

_ATTRIBUTES = ("content_type", "message_digest")
_KINDS = {"rsassa_pkcs1v15": "rsa", "rsassa_pss": "pss", "ecdsa": "ecdsa"}


def check_attributes(
    signer: cms.SignerInfo, content_type: str, digest_by: Callable[[str], bytes], broken: str
) -> dict[str, cms.SetOfAny]:
    """Return the signed attributes by name: of the right content, each once. Raises Finding.

    `digest_by` gives the digest of the content by the name of an algorithm; `broken` is the reason given.
    """
    attributes = {one["type"].native: one["values"] for one in signer["signed_attrs"]}
    if len(attributes) != len(signer["signed_attrs"]) or not set(_ATTRIBUTES) <= attributes.keys():
        raise Finding(broken)
    if [one.native for one in attributes["content_type"]] != [content_type]:
        raise Finding(broken)
    made = digest_by(signer["digest_algorithm"]["algorithm"].native)
    if [one.native for one in attributes["message_digest"]] != [made]:
        raise Finding(broken)
    return attributes


def names_certificate(attributes: dict[str, cms.SetOfAny], own: asn1.Certificate, *, old: bool) -> bool:
    """Tell whether the signing-certificate attribute names a certificate, first of all.

    `old`: the first form counts too, which knows SHA-1 alone.
    """
    if "signing_certificate_v2" in attributes:
        (value,) = attributes["signing_certificate_v2"]
        first = value["certs"][0]
        made = algorithms.digest_by_name(first["hash_algorithm"]["algorithm"].native, own.dump())
    elif old and "signing_certificate" in attributes:
        (value,) = attributes["signing_certificate"]
        first = value["certs"][0]
        made = own.sha1
    else:
        return False
    return hmac.compare_digest(first["cert_hash"].native, made)


def check_value(signer: cms.SignerInfo, own: asn1.Certificate) -> str:
    """Return the algorithm a value was checked with, over the attributes as a SET. Raises Finding."""
    method = signer["signature_algorithm"]
    kind = _KINDS.get(method.signature_algo, "other")
    name, salt = signer["digest_algorithm"]["algorithm"].native, None
    if kind == "pss":
        salt = method["parameters"]["salt_length"].native
    if kind == "pss" or method["algorithm"].native != "rsassa_pkcs1v15":
        name = method.hash_algo
    certificate = x509.load_der_x509_certificate(own.dump())
    attributes = signer["signed_attrs"].untag().dump()
    algorithms.verify(certificate, kind, name, signer["signature"].native, attributes, salt)
    return f"{kind} {name}"
