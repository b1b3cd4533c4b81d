"""Statements of prices, written as PDF."""

from dataclasses import dataclass

from ila_funding.domain.statement import PriceStatement


@dataclass(frozen=True, slots=True)
class StatementPdf:
    """Writes statements; `issuer` is who answers for the decisions."""

    issuer: str

    def write(self, statement: PriceStatement, language: str) -> bytes:
        """Return the bytes of a PDF, in lv or en; equal statements give equal bytes."""
        # Imported late: its libraries take 23 MB, which the worker never needs.
        from ila_funding.clients.statement_pdf import written

        return written(statement, language, self.issuer)
