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
