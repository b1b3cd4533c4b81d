"""Statements of prices and of accounts, written as PDF."""

from dataclasses import dataclass

from ila_funding.domain.statement import AccountStatement, PriceStatement


@dataclass(frozen=True, slots=True)
class StatementPdf:
    """Writes statements; `issuer` is who answers for the decisions."""

    issuer: str

    def write(self, statement: PriceStatement, language: str) -> bytes:
        """Return the bytes of a PDF, in lv or en; equal statements give equal bytes."""
        # Imported late: its libraries take 23 MB, which the worker never needs.
        from ila_funding.clients.statement_pdf import written

        return written(statement, language, self.issuer)

    def write_account(self, statement: AccountStatement, language: str) -> bytes:
        """Return the bytes of a PDF, in lv or en; equal statements give equal bytes."""
        from ila_funding.clients.account_pdf import written

        return written(statement, language, self.issuer)
