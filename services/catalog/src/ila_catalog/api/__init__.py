"""The catalogue over HTTP: one file per resource."""

from ila_catalog.api import documents, needs, outside_offers, questions
from ila_catalog.api.agreements import agreements
from ila_catalog.api.call_changes import calls, public_calls
from ila_catalog.api.evaluation import decisions, evaluation
from ila_catalog.api.likenesses import likenesses
from ila_catalog.api.offers import offers, receipt_keys
from ila_catalog.api.open_data import changes, exports
from ila_catalog.api.own_programmes import own_programmes
from ila_catalog.api.places import places
from ila_catalog.api.programmes import programmes, providers

# Modules that give routes to the resources of calls.
CALL_DESK = (documents, needs, outside_offers, questions)

BLUEPRINTS = (
    calls,
    public_calls,
    programmes,
    providers,
    places,
    own_programmes,
    offers,
    receipt_keys,
    likenesses,
    changes,
    exports,
    evaluation,
    decisions,
    agreements,
)
