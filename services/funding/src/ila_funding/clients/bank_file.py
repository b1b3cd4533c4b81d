"""The bank, told by file: ISO 20022 pain.001.001.09."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ila_kit.money import CURRENCY
from sepaxml import SepaTransfer  # type: ignore[import-untyped]
from sepaxml.validation import try_valid_xml  # type: ignore[import-untyped]

from ila_funding.domain.transfer import Transfer, TransferFile

SCHEMA = "pain.001.001.09"
_NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"


@dataclass(frozen=True)
class Payer:
    """Whose account the money leaves."""

    name: str
    iban: str = field(repr=False)
    bic: str


class Pain001:
    """Writes payment runs; names keep their Latvian letters, and equal runs give equal bytes."""

    def __init__(self, payer: Payer):
        self._payer = payer

    def write(self, file: TransferFile) -> bytes:
        """Return the bytes of a document that fits the schema; raises when it does not.

        The library makes ids and times of its own; ours stand there instead, so that the bank's
        statement names the run and each claim.
        """
        payer = {"name": self._payer.name[:70], "IBAN": self._payer.iban, "BIC": self._payer.bic}
        config: dict[str, Any] = payer | {"batch": True, "currency": CURRENCY}
        # Without `clean` letters stay as they are: ā does not become a.
        transfer = SepaTransfer(config, schema=SCHEMA, clean=False)
        for one in file.transfers:
            transfer.add_payment(_payment(one, file))
        document = ET.fromstring(transfer.export(validate=False))  # noqa: S314 - made here, two lines above
        _name(document, file)
        data: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
        try_valid_xml(data, SCHEMA)
        return data


def _payment(one: Transfer, file: TransferFile) -> dict[str, Any]:
    return {
        "name": one.name,
        "IBAN": one.iban,
        "amount": _cents(one.amount),
        "description": one.words,
        "endtoend_id": one.reference,
        "execution_date": file.execution_day,
    }


def _cents(amount: Decimal) -> int:
    return int(amount.scaleb(2).to_integral_exact())


def _name(document: ET.Element, file: TransferFile) -> None:
    created = file.created_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    for tag, text in (("MsgId", file.message_id), ("CreDtTm", created), ("PmtInfId", file.message_id)):
        for element in document.iter(f"{{{_NAMESPACE}}}{tag}"):
            element.text = text
