"""What goes wrong with a database, and what to say of a fault without repeating people's data."""

import traceback

import sqlalchemy as sa

from ila_kit.errors import DomainError

STORE_OUTAGES = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)


def reason_of(fault: BaseException) -> str:
    """Return what went wrong and where, without any text that could hold people's data."""
    what = type(fault).__name__
    if isinstance(fault, DomainError):
        what += f" {fault.code}"
    elif isinstance(fault, sa.exc.DBAPIError) and fault.orig is not None:
        constraint = getattr(getattr(fault.orig, "diag", None), "constraint_name", None)
        what += f" {type(fault.orig).__name__}" + (f" of {constraint}" if constraint else "")
    frames = traceback.extract_tb(fault.__traceback__)
    return f"{what} in {frames[-1].name}, line {frames[-1].lineno}" if frames else what
