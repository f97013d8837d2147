"""Every error that crosstie raises on purpose.

    CrosstieError             exit code 1
    ├── UsageError            2   the command or its options are off
    │   └── Stale                 somebody else has changed meanwhile what is to be changed
    ├── InputError            3   a file cannot be used as it is
    │   ├── UnknownFormat         no reader knows the file
    │   ├── DamagedFile           truncated, not well-formed, wrong encoding throughout
    │   ├── HostileFile           entity bomb, external entity, archive bomb, line without end
    │   ├── TooLarge              more was sent than is taken
    │   ├── MappingError          the mapping does not fit the file or the model
    │   └── QualityError          the file breaks what its reader promises of it
    ├── NotFound              4   no such link, entity, source, build, workspace
    ├── Busy                  5   another process is writing in this workspace
    │   └── TooMany               asked too often, or tried too often
    ├── StorageError          6   disk full, read-only, a store that cannot be reached
    │   └── IntegrityError        a hash, the audit chain or a table is not what it should be
    ├── LensError             7   a lens breaks its contract
    ├── EngineError           8   the Spark cluster is missing, cannot be reached or lost the work; or one machine does not hold it
    └── AccessError           9   who asks may not: of another role, or cleared for less
        └── NotSignedIn           nobody is signed in, or the token does not hold

`detail` says what happened and where; `hint` says what to do next. Both are shown to users as they are.
"""

from __future__ import annotations


class CrosstieError(Exception):
    """Something crosstie could not do, in words for the person who asked for it."""

    exit_code = 1

    def __init__(self, detail: str, *, hint: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint

    def as_dict(self) -> dict[str, str | None]:
        """The one JSON shape of an error."""
        return {"error": type(self).__name__, "detail": self.detail, "hint": self.hint}


class UsageError(CrosstieError):
    """The command or its options are off."""

    exit_code = 2


class Stale(UsageError):
    """Somebody else has changed meanwhile what is to be changed."""


class InputError(CrosstieError):
    """A file cannot be used as it is."""

    exit_code = 3


class UnknownFormat(InputError):
    """No reader knows the file."""


class DamagedFile(InputError):
    """The file is truncated, not well-formed or not text in any known encoding."""


class HostileFile(InputError):
    """The file would exhaust the machine or reach outside itself: it is refused unread."""


class TooLarge(InputError):
    """More was sent than is taken."""


class MappingError(InputError):
    """The mapping does not fit the file or the model."""


class QualityError(InputError):
    """The file breaks what its reader promises of it (too few records, too many rejects)."""


class NotFound(CrosstieError):
    """There is no such link, entity, source, build or workspace."""

    exit_code = 4


class Busy(CrosstieError):
    """Another process is writing in this workspace."""

    exit_code = 5


class TooMany(Busy):
    """Asked too often, or tried too often."""


class StorageError(CrosstieError):
    """The disk is full or read-only, or a store cannot be reached."""

    exit_code = 6


class IntegrityError(StorageError):
    """A hash, the audit chain or a table is not what it should be."""


class LensError(CrosstieError):
    """A lens breaks its contract."""

    exit_code = 7


class EngineError(CrosstieError):
    """The engine named is not installed, its cluster cannot be reached, or lost the work; or the work needs more than this engine has."""

    exit_code = 8


class AccessError(CrosstieError):
    """Who asks may not: of another role, or cleared for less."""

    exit_code = 9


class NotSignedIn(AccessError):
    """Nobody is signed in, or the token does not hold."""
