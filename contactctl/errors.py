"""The error tree and the exit codes; whatever ends a command is an :class:`Ending`.

::

    ContactctlError
    ├── UsageError              2  usage
    ├── NotFoundError           3  not_found
    ├── CredentialsError        4  credentials   no usable key or profile
    │   ├── UnauthorizedError   4  unauthorized  401, 403
    │   └── MissingExtraError   4  missing_extra
    ├── RefusedError            5  refused       4xx, a 200 with success: false
    │   ├── ConflictError       5  conflict      409
    │   ├── RedirectedError     5  redirected    3xx
    │   └── GuardError          5  guarded       a guard of ours
    │       └── DriftedError    5  drifted       a contact is not as a plan found it
    ├── RowsFailedError         6  rows_failed
    ├── UnavailableError        7  unavailable   5xx
    │   ├── RateLimitedError    7  rate_limited
    │   ├── DeadlineError       7  timeout
    │   ├── NoConnectionError   7  no_connection
    │   └── BadReplyError       7  bad_reply     a 200 that is not what it should be
    ├── MachineError            9  machine       disk, folders, files
    │   ├── DamagedFileError    9  damaged_file
    │   ├── ChangedFileError    9  changed_file  an input that is no longer what was checked
    │   ├── TrustError          9  tls
    │   └── ProxyError          9  proxy

    StoppedError          130/143  interrupted   a signal; passes every ``except Exception``
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contactctl.exact_json import JsonObject


class ExitCode(IntEnum):
    """What the process ends with, and in words; a test holds the README's table equal to it."""

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Self:
        """Return a code with its meaning, for ``--help`` and ``schema``."""
        found = int.__new__(cls, code)
        found._value_ = code
        found.meaning = meaning
        return found

    DONE = 0, "done"
    BUG = 1, "a bug in contactctl"
    USAGE = 2, "wrong flags, values or input; nothing was written"
    NOT_FOUND = 3, "no such contact"
    CREDENTIALS = 4, "no usable API key or profile"
    REFUSED = 5, "refused by the service or by a guard"
    ROWS_FAILED = 6, "import finished, some rows failed"
    TRY_LATER = 7, "the service is down or limits requests; try again later"
    WOULD_CHANGE = 8, "--dry-run --exit-code: something would change"
    MACHINE = 9, "this machine: disk, file, TLS trust or proxy"
    INTERRUPTED = 130, "interrupted"
    TERMINATED = 143, "terminated"


class Outcome(StrEnum):
    """What is known of a failed request: whether the service acted on it."""

    NOT_SENT = "not_sent"
    NOT_APPLIED = "not_applied"
    APPLIED = "applied"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """Return it as a person reads it."""
        is_unknown = self is Outcome.UNKNOWN
        return "unknown, it may have been applied" if is_unknown else self.replace("_", " ")


class Ending(BaseException):
    """Anything that ends a command before its time; carries its advice, its code and its exit code.

    ``message`` says what happened and to what, in the user's words; ``hint`` is the next step.
    ``command`` is that step as a line to copy, which stands alone below everything else.
    ``status`` is the HTTP status where there was one, ``attempts`` the number of requests made,
    ``pace`` holds the headers of the answer that say how fast one may go on.
    """

    code: ClassVar[str] = "bug"
    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    is_of_write = True  # nothing is said of the outcome of what writes nothing
    is_plain = False  # said without a box and the word error, as nothing went wrong

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        status: int | None = None,
        outcome: Outcome = Outcome.NOT_SENT,
        attempts: int = 0,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.command: str | None = None
        self.status = status
        self.outcome = outcome
        self.attempts = attempts
        self.pace: Mapping[str, str] = {}

    @property
    def details(self) -> list[tuple[str, str]]:
        """What is known beside the message, each with its name; the hint stands below all of it."""
        details = []
        if self.status is not None and f"HTTP {self.status}" not in self.message:
            details.append(("status", f"HTTP {self.status}"))
        if self.is_of_write and (self.outcome is not Outcome.NOT_SENT or self.attempts):
            details.append(("outcome", self.outcome.words))
        if self.attempts > 1:
            details.append(("attempts", str(self.attempts)))
        return details


class ContactctlError(Ending, Exception):
    """Something went wrong; whoever knows better may catch it and go on."""


class UsageError(ContactctlError):
    """Flags, values or an input file are wrong; nothing was written.

    ``groups`` counts what is wrong with the rows of a file, by column and kind.
    """

    code = "usage"
    exit_code = ExitCode.USAGE
    groups: Sequence[JsonObject] = ()


class NotFoundError(ContactctlError):
    """There is no such contact."""

    code = "not_found"
    exit_code = ExitCode.NOT_FOUND


class CredentialsError(ContactctlError):
    """No usable API key or profile."""

    code = "credentials"
    exit_code = ExitCode.CREDENTIALS


class UnauthorizedError(CredentialsError):
    """The service answered 401 or 403."""

    code = "unauthorized"


class MissingExtraError(CredentialsError):
    """An optional dependency is not installed."""

    code = "missing_extra"


class RefusedError(ContactctlError):
    """The service refused the request."""

    code = "refused"
    exit_code = ExitCode.REFUSED


class ConflictError(RefusedError):
    """The service answered 409."""

    code = "conflict"


class RedirectedError(RefusedError):
    """The service answered with a redirect, which is never followed."""

    code = "redirected"


class GuardError(RefusedError):
    """A guard of ours stopped a write that would have been an accident."""

    code = "guarded"


class DriftedError(GuardError):
    """A contact is no longer as it was when the change to it was planned."""

    code = "drifted"


class RowsFailedError(ContactctlError):
    """An import came to its end, or was stopped, with failed rows.

    ``counts`` says how many rows were done, failed and skipped; each has an outcome of its own.
    """

    code = "rows_failed"
    exit_code = ExitCode.ROWS_FAILED
    counts: Mapping[str, int] = MappingProxyType({})


class UnavailableError(ContactctlError):
    """The service failed (5xx); the same call may succeed later."""

    code = "unavailable"
    exit_code = ExitCode.TRY_LATER


class RateLimitedError(UnavailableError):
    """The service answered 429 to every attempt."""

    code = "rate_limited"


class DeadlineError(UnavailableError):
    """An attempt did not end within ``--timeout``."""

    code = "timeout"


class NoConnectionError(UnavailableError):
    """No connection could be made, or it broke."""

    code = "no_connection"


class BadReplyError(UnavailableError):
    """A success status came with a body that does not say so, or a 304 to what asked for none."""

    code = "bad_reply"


class MachineError(ContactctlError):
    """This machine stands in the way: disk, folders, files."""

    code = "machine"
    exit_code = ExitCode.MACHINE


class DamagedFileError(MachineError):
    """A file of ours cannot be read as what it should be; it is left as it is."""

    code = "damaged_file"


class ChangedFileError(MachineError):
    """A file that was checked is no longer what it was; what had not been sent was not."""

    code = "changed_file"


class TrustError(MachineError):
    """The service's certificate is not trusted here."""

    code = "tls"


class ProxyError(MachineError):
    """The configured proxy cannot be used."""

    code = "proxy"


class StoppedError(Ending):
    """A signal ended the command.

    ``signum`` is what the process should die of. No error, as ``KeyboardInterrupt`` is none: what
    catches errors must not go on after a signal.
    """

    code = "interrupted"
    exit_code = ExitCode.INTERRUPTED

    def __init__(self, message: str, *, signum: int, outcome: Outcome = Outcome.UNKNOWN) -> None:
        super().__init__(message, outcome=outcome)
        self.signum = signum


def error_codes() -> dict[str, ExitCode]:
    """Return the closed set of error codes, each with its exit code, in the tree's order."""
    found: dict[str, ExitCode] = {}
    waiting: list[type[Ending]] = [ContactctlError, StoppedError]
    while waiting:
        kind = waiting.pop(0)
        found[kind.code] = kind.exit_code
        waiting[:0] = kind.__subclasses__()
    return found
