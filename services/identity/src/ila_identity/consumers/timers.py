"""What happens by itself when a time has come."""

from ila_identity.usecases.approvals import registration_due
from ila_identity.usecases.bank_accounts import BANK_ACCOUNT_DUE, end_account_in_time
from ila_identity.usecases.mandates import MEMBER_DUE
from ila_identity.usecases.members import end_member_in_time
from ila_identity.usecases.registrations import REGISTRATION_DUE

TIMERS = {
    REGISTRATION_DUE: registration_due,
    MEMBER_DUE: end_member_in_time,
    BANK_ACCOUNT_DUE: end_account_in_time,
}
