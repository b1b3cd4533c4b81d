"""Reading XML that may be hostile, and writing it canonically.

Source: BR-102; Canonical XML 1.0 and 1.1, Exclusive XML Canonicalization 1.0.
"""

import base64
import binascii
import re
from collections import Counter
from typing import Any

from lxml import etree

from ila_identity.signatures.report import Finding

Element = Any
MOST_XML = 4 * 2**20
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE_11 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
CANONICALISATIONS = frozenset({INCLUSIVE, INCLUSIVE_11, EXCLUSIVE})
_XML_NS = "{http://www.w3.org/XML/1998/namespace}"
_DECLARES = re.compile(rb"<!(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n]+")


def parsed(content: bytes, root_tag: str | None = None, most: int = MOST_XML) -> Element:
    """Return the root of a document. Raises Finding if it is not one to be read."""
    if len(content) > most:
        raise Finding("xml_too_large")
    if _DECLARES.search(content):
        raise Finding("doctype")
    root = _parse(content)
    tree = root.getroottree()
    # In other encodings the search above saw nothing, and readers differ in what they make of them.
    if tree.docinfo.encoding not in (None, "UTF-8", "utf-8"):
        raise Finding("xml_encoding")
    if tree.docinfo.doctype or tree.docinfo.internalDTD is not None:
        raise Finding("doctype")
    if root_tag is not None and root.tag != root_tag:
        raise Finding("xml_other")
    return root


def reader() -> Any:
    """Return a parser of lxml that fetches nothing, resolves nothing and gives up on what is broken."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
    )


def _parse(content: bytes) -> Element:
    try:
        return etree.fromstring(content, reader())
    except (etree.XMLSyntaxError, ValueError):
        raise Finding("xml_broken") from None


def refuse_hidden_nodes(root: Element) -> None:
    """Refuse comments, instructions, entities, and words between elements: readers differ in all of them."""
    for node in root.iter():
        if not isinstance(node.tag, str) or (len(node) and _words_between(node)):
            raise Finding("xml_hidden_nodes")


def _words_between(parent: Element) -> bool:
    texts = [parent.text, *(child.tail for child in parent)]
    return any(text and text.strip() for text in texts)


def refuse_ids_twice(root: Element) -> None:
    """Refuse a document in which a reference could mean two elements."""
    ids = Counter(
        value
        for element in root.iter(etree.Element)
        for name, value in element.attrib.items()
        if name.rpartition("}")[2].lower() == "id"
    )
    for value, count in ids.items():
        if count > 1:
            raise Finding("id_twice", id=value)


def only(parent: Element, tag: str, reason: str) -> Element:
    """Return the one child with a tag. Raises Finding with the reason if there is none or more."""
    found = parent.findall(tag)
    if len(found) != 1:
        raise Finding(reason)
    return found[0]


def canonical(element: Element, algorithm: str) -> bytes:
    """Return an element in canonical form. Raises Finding for algorithms outside the list."""
    if algorithm not in CANONICALISATIONS:
        raise Finding("canonicalisation", algorithm=algorithm)
    # The inclusive forms hand `xml:` attributes down, 1.0 and 1.1 differently; nobody needs them here.
    if algorithm != EXCLUSIVE and any(_inherits(one) for one in element.iterancestors()):
        raise Finding("canonicalisation", algorithm=algorithm)
    written: bytes = etree.tostring(
        element, method="c14n", exclusive=algorithm == EXCLUSIVE, with_comments=False
    )
    return written


def _inherits(element: Element) -> bool:
    return any(name.startswith(_XML_NS) for name in element.attrib)


def decoded(element: Element) -> bytes:
    """Return the bytes that a base64 text writes. Raises Finding unless it is the one way to write them."""
    text = _SPACE.sub("", element.text or "")
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Finding("base64") from None
    if len(element) or not content or base64.b64encode(content).decode() != text:
        raise Finding("base64")
    return content
