"""One line of the doctor: what was looked at, how it is, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from contactctl.errors import ContactctlError, ExitCode, MachineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from contactctl.exact_json import JsonObject

Status = Literal["ok", "warn", "fail"]
STATUSES: tuple[Status, ...] = ("ok", "warn", "fail")


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. ``fail`` means that some command will not work, ``warn`` that all may.

    ``hint`` is the next step; ``exit_code`` what a failure ends the doctor with.
    """

    name: str
    status: Status
    detail: str
    hint: str | None = None
    exit_code: ExitCode = ExitCode.DONE

    def to_json_object(self) -> JsonObject:
        """Return the finding as JSON has it."""
        return {
            "name": self.name,
            "status": self.status,
            "detail": self.detail,
            "hint": self.hint,
        }


def ok(name: str, detail: str) -> Check:
    """Return the finding that all is well."""
    return Check(name, "ok", detail)


def warn(name: str, detail: str, hint: str | None = None) -> Check:
    """Return the finding that something is worth a look."""
    return Check(name, "warn", detail, hint)


def failed(
    name: str, error: ContactctlError, *, detail: str | None = None, hint: str | None = None
) -> Check:
    """Return the finding that an error stands in the way, in its own words or better ones."""
    own_hint = ": ".join(filter(None, [error.hint, error.command])) or None
    return Check(name, "fail", detail or error.message, hint or own_hint, error.exit_code)


def look(name: str, check: Callable[[], Check]) -> Check:
    """Return what a check finds; the error that it raises instead is the finding."""
    try:
        return check()
    except ContactctlError as error:
        return failed(name, error)
    # A folder that vanishes meanwhile must not end the other checks.
    except OSError as error:
        what = error.filename if isinstance(error.filename, str) else "it"
        reason = error.strerror or "the operating system refuses"
        return failed(name, MachineError(f"{what} cannot be read: {reason}"))


def worst_of(checks: Iterable[Check]) -> Status:
    """Return the worst status there is."""
    return max((check.status for check in checks), key=STATUSES.index, default="ok")


def exit_code_of(checks: Sequence[Check]) -> ExitCode:
    """Return the exit code of the first failure, 0 without one."""
    # Checks go from this machine outwards: what fails later often fails of the first.
    return next((one.exit_code for one in checks if one.status == "fail"), ExitCode.DONE)
