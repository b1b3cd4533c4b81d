"""Numbers of the register of legal persons."""

from stdnum import exceptions
from stdnum.lv import pvn

from ila_identity.domain.errors import MalformedNumber

_LEAST_OF_LEGAL_PERSONS = "4"


def legal_person_number(text: str) -> str:
    """Return the number of a legal person, if its check digit is right. Raises MalformedNumber.

    Numbers that begin with 0 to 3 are those of people.

    Source: BR-105.
    """
    try:
        number = str(pvn.validate(text))
    except exceptions.ValidationError:
        raise MalformedNumber() from None
    if number < _LEAST_OF_LEGAL_PERSONS:
        raise MalformedNumber()
    return number
