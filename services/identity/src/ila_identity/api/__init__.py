"""Identity over HTTP: read the body, call one use case, show the result."""

from ila_identity.api.persons import facts, persons
from ila_identity.api.role_grants import role_grants
from ila_identity.api.sign_ins import sign_ins

BLUEPRINTS = [sign_ins, persons, facts, role_grants]
