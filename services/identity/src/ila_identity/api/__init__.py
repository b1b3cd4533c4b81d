"""Identity over HTTP: read the body, call one use case, show the result."""

from ila_kit.web.my_data import my_data as personal_data

from ila_identity.api.bank_accounts import bank_accounts
from ila_identity.api.employers import employers
from ila_identity.api.erasure import erasure
from ila_identity.api.exports import exports
from ila_identity.api.machines import accounts, facts, names, supports
from ila_identity.api.members import members
from ila_identity.api.my_data import my_data
from ila_identity.api.organisations import organisations
from ila_identity.api.persons import persons
from ila_identity.api.registrations import registrations
from ila_identity.api.role_grants import role_grants
from ila_identity.api.sanctions import sanctions
from ila_identity.api.service_clients import machine_clients, service_clients
from ila_identity.api.sign_ins import sign_ins
from ila_identity.events.published import PersonalDataViewed

BLUEPRINTS = [
    *(
        sign_ins,
        persons,
        my_data,
        exports,
        erasure,
        personal_data("identity", PersonalDataViewed),
        facts,
        names,
        supports,
        role_grants,
    ),
    *(registrations, employers, organisations, sanctions, members, bank_accounts, accounts),
    *(service_clients, machine_clients),
]
