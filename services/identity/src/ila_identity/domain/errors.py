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


class UnknownPerson(Refusal):
    """Nobody is known by this id."""

    code = "unknown-person"


class MembershipRole(Refusal):
    """The role comes and goes with a membership of an organisation."""

    code = "membership-role"


class OwnRole(Denied):
    """Nobody gives a role to themselves."""

    code = "own-role"


class RoleHeld(Conflict):
    """The person holds the role already."""

    code = "role-held"


class RoleProposed(Conflict):
    """The role waits for a second person already."""

    code = "role-proposed"


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


class AttestationFailed(Conflict):
    """The attestation is not signed as it must be: nobody can approve it."""

    code = "attestation-failed"


class SignerNotEntitled(Conflict):
    """Who signed is not the named person, no representative by register, nor shown to be authorised."""

    code = "signer-not-entitled"


class AuthorisationMissing(Conflict):
    """There is no authorisation that waits to be checked."""

    code = "authorisation-missing"


class AuthorisationFormat(Refusal):
    """An authorisation is a signed container or a PDF."""

    code = "authorisation-format"


class ApprovedByYouAlready(Conflict):
    """The second approval is another person's."""

    code = "approved-by-you-already"


class ApproverNotIndependent(Denied):
    """The approver is a person of this or another institution."""

    code = "approver-not-independent"


class OrganisationClosed(Conflict):
    """Nothing happens in a closed organisation."""

    code = "organisation-closed"


class SanctionInForce(Conflict):
    """A sanction of this scope is in force already."""

    code = "sanction-in-force"


class EndPassed(Refusal):
    """The last day of a sanction is over already."""

    code = "end-passed"


class ReplyTooLate(Conflict):
    """The time to reply to a sanction is over."""

    code = "reply-too-late"


class SecondPersonNeeded(Denied):
    """Who began this cannot be the one who confirms it."""

    code = "second-person-needed"


class AgencyNotNeeded(Denied):
    """The organisation has administrators enough to confirm it themselves."""

    code = "agency-not-needed"


class MemberAlready(Conflict):
    """The person is a member of the organisation already."""

    code = "member-already"


class SameRoles(Refusal):
    """The member has these roles already."""

    code = "same-roles"


class LastAdministrator(Conflict):
    """An organisation, or the platform, does not go without an administrator."""

    code = "last-administrator"


class BankAccountKnown(Conflict):
    """The account is the organisation's already."""

    code = "bank-account-known"


class UnknownClientId(Refusal):
    """The name is neither that of a service nor that of a register we know."""

    code = "unknown-client-id"


class ClientIdReserved(Refusal):
    """The name belongs to a process of the suite, which the gateway knows by its file."""

    code = "client-id-reserved"


class ClientKnown(Conflict):
    """There is a client of this name."""

    code = "client-known"


class ScopeNotAllowed(Refusal):
    """A client of this name is never given this scope."""

    code = "scope-not-allowed"


class KeyIsPrivate(Refusal):
    """The key holds its private half, which is nobody's but the client's."""

    code = "key-is-private"


class KeyIsSymmetric(Refusal):
    """The key is a shared secret."""

    code = "key-is-symmetric"


class KeyUnfit(Refusal):
    """The key is no public key for ES256 (P-256)."""

    code = "key-unfit"


class KeyKnown(Conflict):
    """The key, or another one of its name, is or was a client's already."""

    code = "key-known"


class TooManyKeys(Conflict):
    """The client has as many keys that count as it may have at a time."""

    code = "too-many-keys"


class KeyEnded(Conflict):
    """The key does not count any more, so it cannot be ended."""

    code = "key-ended"


class RolesHeld(Conflict):
    """The person still holds roles, and acts for others."""

    code = "roles-held"


class ExportUnderWay(Conflict):
    """Everything about the person is being collected already."""

    code = "export-under-way"


class ExportNotReady(Conflict):
    """The file of the export is not there: not yet, or not any more."""

    code = "export-not-ready"


class KeyEndPassed(Refusal):
    """The end of a key lies in the past."""

    code = "key-end-passed"
