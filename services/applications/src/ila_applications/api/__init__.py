"""Applications over HTTP: read the body, call one use case, show the result."""

from ila_kit.web.my_data import my_data

from ila_applications.api.account import account
from ila_applications.api.applications import applications
from ila_applications.api.decisions import decisions
from ila_applications.api.draws import draw_entries, draws
from ila_applications.api.eligibility_checks import eligibility_checks
from ila_applications.api.evidence import evidence
from ila_applications.api.groups import groups
from ila_applications.api.members import members
from ila_applications.api.messages import messages
from ila_applications.api.profile import profile
from ila_applications.api.sessions import group_sessions, sessions
from ila_applications.events.published import PersonalDataViewed

BLUEPRINTS = [
    *(applications, decisions, evidence, account, groups, members, group_sessions, sessions),
    *(draws, draw_entries, messages, profile, eligibility_checks),
    my_data("applications", PersonalDataViewed),
]
