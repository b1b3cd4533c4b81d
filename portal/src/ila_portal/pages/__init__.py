"""The pages, one file per subject."""

from ila_portal.pages.account import account
from ila_portal.pages.agency import agency
from ila_portal.pages.applications import applications
from ila_portal.pages.apply import apply
from ila_portal.pages.draws import draws
from ila_portal.pages.employer import employer, employer_home, employer_registration
from ila_portal.pages.groups import groups
from ila_portal.pages.indicators import indicators
from ila_portal.pages.my_data import my_data
from ila_portal.pages.programmes import programmes
from ila_portal.pages.provider import provider, provider_home
from ila_portal.pages.reach import reach
from ila_portal.pages.registration import registration
from ila_portal.pages.sessions import sessions
from ila_portal.pages.sign_in import sign_in
from ila_portal.pages.start import start

AGENCY = agency
DESKS = {desk.name: desk for desk in (provider, employer, agency)}
BLUEPRINTS = (
    start, sign_in, programmes, indicators, apply, account, reach, sessions, my_data, applications, groups,
    draws, registration, provider_home, provider, employer_registration, employer_home, employer, agency,
)  # fmt: skip
