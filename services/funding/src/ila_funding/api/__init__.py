"""HTTP: one file per resource; a view reads, calls one use case or store, and shows the result."""

from ila_kit.web.my_data import my_data

from ila_funding.api.accounts import accounts
from ila_funding.api.budget_lines import budget_lines, line_changes
from ila_funding.api.claims import claims, recoveries
from ila_funding.api.holds import holds
from ila_funding.api.indicators import indicators, indicators_csv, public_indicators
from ila_funding.api.late_changes import late_changes
from ila_funding.api.ledger import ledger
from ila_funding.api.line_rules import line_rules
from ila_funding.api.methodologies import methodologies
from ila_funding.api.payment_runs import payment_runs
from ila_funding.api.periods import periods
from ila_funding.api.quotes import public_quotes, quotes
from ila_funding.api.reconciliation import reconciliation
from ila_funding.api.top_ups import top_ups
from ila_funding.events.published import PersonalDataViewed

BLUEPRINTS = [
    quotes,
    public_quotes,
    methodologies,
    budget_lines,
    line_rules,
    line_changes,
    holds,
    accounts,
    ledger,
    claims,
    payment_runs,
    recoveries,
    reconciliation,
    top_ups,
    periods,
    late_changes,
    indicators,
    indicators_csv,
    public_indicators,
    my_data("funding", PersonalDataViewed),
]
