"""What happens by itself when a time has come."""

from ila_identity.usecases.approvals import registration_due
from ila_identity.usecases.bank_accounts import BANK_ACCOUNT_DUE, end_account_in_time
from ila_identity.usecases.employers import (
    EMPLOYER_REGISTRATION_DUE,
    end_employer_registration_in_time,
)
from ila_identity.usecases.erasures import ERASURE_DUE, ask_again
from ila_identity.usecases.exports import EXPORT_DUE, expire_export
from ila_identity.usecases.mandates import MEMBER_DUE
from ila_identity.usecases.members import end_member_in_time
from ila_identity.usecases.registrations import REGISTRATION_DUE
from ila_identity.usecases.role_grants import PROPOSAL_DUE, end_proposal_in_time
from ila_identity.usecases.sanctions import (
    REPLY_DUE,
    SANCTION_END,
    end_sanction_in_time,
    miss_reply_in_time,
)

TIMERS = {
    REGISTRATION_DUE: registration_due,
    EMPLOYER_REGISTRATION_DUE: end_employer_registration_in_time,
    MEMBER_DUE: end_member_in_time,
    BANK_ACCOUNT_DUE: end_account_in_time,
    PROPOSAL_DUE: end_proposal_in_time,
    ERASURE_DUE: ask_again,
    EXPORT_DUE: expire_export,
    SANCTION_END: end_sanction_in_time,
    REPLY_DUE: miss_reply_in_time,
}
