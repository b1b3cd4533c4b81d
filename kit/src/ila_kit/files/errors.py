"""Why a file is not taken, or not handed out."""

from ila_kit.errors import Refusal, Unavailable


class FileTooLarge(Refusal):
    """More bytes came than are allowed."""

    code = "body-too-large"


class FileInfected(Refusal):
    """The virus scanner found something; `found` is what it calls it."""

    code = "file-infected"


class ScannerUnavailable(Unavailable):
    """The virus scanner does not answer; nothing is kept unscanned."""

    code = "scanner-unavailable"


class FilesUnavailable(Unavailable):
    """The store of files does not take or give anything now."""

    code = "files-unavailable"


class FileMissing(Unavailable):
    """A file that the database names is not in the store, or is not what was put there: an alarm."""

    code = "file-missing"
