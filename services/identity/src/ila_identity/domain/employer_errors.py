"""Why identity refuses what is asked about employers."""

from ila_kit.errors import Conflict, Refusal


class EmployerAlreadyRegistered(Conflict):
    """The legal person is on the platform as an employer."""

    code = "employer-already-registered"


class EmployerAskedAlready(Conflict):
    """The register is being asked already about this person and this legal person."""

    code = "employer-asked-already"


class RoleNotOfOrganisation(Refusal):
    """The role is not held in organisations of this kind."""

    code = "role-not-of-organisation"


class SanctionNotForEmployers(Refusal):
    """An employer offers, enrols and is paid nothing, so nothing of that can be barred."""

    code = "sanction-not-for-employers"
