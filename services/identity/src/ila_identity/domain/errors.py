"""Why identity refuses."""

from ila_kit.errors import Conflict, Denied, Refusal


class MalformedPersonalCode(Refusal):
    """The text is no Latvian personal code, old or new."""

    code = "malformed-personal-code"


class IdentityConflict(Conflict):
    """The e-identity names one person by its subject and another by the personal code."""

    code = "identity-conflict"


class AccountDisabled(Denied):
    """The account is restricted, closed or erased: nobody signs in with it."""

    code = "account-disabled"


class UnknownRole(Refusal):
    """There is no such role."""

    code = "unknown-role"


class WrongRolePlace(Refusal):
    """The role is held in an organisation and none was named, or the other way round."""

    code = "wrong-role-place"


class ToxicRoles(Refusal):
    """Two roles that no one person may hold together."""

    code = "toxic-roles"


class MalformedIban(Refusal):
    """The text is no account number (IBAN)."""

    code = "malformed-iban"


class MalformedNumber(Refusal):
    """The text is no number of the register it is meant for."""

    code = "malformed-number"


class AttestationFormat(Refusal):
    """The file is neither a signed container nor a signed PDF."""

    code = "attestation-format"


class InstitutionAlreadyRegistered(Conflict):
    """The institution is on the platform, or another registration of it is open."""

    code = "institution-already-registered"


class RegisterChecksOpen(Conflict):
    """A register has not answered yet, so nothing is approved."""

    code = "register-checks-open"


class RegisterChecksFailed(Conflict):
    """A register says no."""

    code = "register-checks-failed"


class ApprovedByYouAlready(Conflict):
    """The second approval is another person's."""

    code = "approved-by-you-already"


class ApproverNotIndependent(Denied):
    """The approver is a person of this or another institution."""

    code = "approver-not-independent"


class OrganisationClosed(Conflict):
    """Nothing happens in a closed organisation."""

    code = "organisation-closed"


class SecondPersonNeeded(Denied):
    """Who began this cannot be the one who confirms it."""

    code = "second-person-needed"


class AgencyNotNeeded(Denied):
    """The organisation has administrators enough to confirm it themselves."""

    code = "agency-not-needed"


class MemberAlready(Conflict):
    """The person is a member of the organisation already."""

    code = "member-already"


class LastAdministrator(Conflict):
    """An organisation does not go without an administrator."""

    code = "last-administrator"


class BankAccountKnown(Conflict):
    """The account is the organisation's already."""

    code = "bank-account-known"
