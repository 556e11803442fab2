"""One call as the rules see it, what they answer, and how they refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contactctl.sandbox.choices import Manner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.exact_json import JsonObject, JsonValue


#: What begins the addresses that steer the sandbox; the service has no such paths.
CONTROL_PATH = "/_sandbox"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, past the door: its query, its body (empty without one), and the moment.

    ``now_s`` is in seconds since 1970; ``manner`` says what becomes of what is not known of the
    service.
    """

    query: Mapping[str, str] = field(default_factory=dict)
    body: JsonObject = field(default_factory=dict)
    now_s: float = 0.0
    manner: Manner = Manner.USUAL
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the caller.

    ``warnings`` and ``why`` (the reason of a refusal, where it is more than its message) are for
    whoever runs the sandbox. ``text`` is the value as JSON, where it is written already.
    """

    value: JsonValue
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    why: str = ""
    text: str = ""


class Refusal(Exception):  # noqa: N818 - an answer to a caller, no error of ours
    """The service's no: a status and a message, in the body that every failure has."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        headers: tuple[tuple[str, str], ...] = (),
        why: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers
        self.why = why

    def to_answer(self) -> Answer:
        """Return the answer that says so (documentation, changelog of 2025-09-11)."""
        value: JsonObject = {"success": False, "message": self.message}
        return Answer(value, self.status, self.headers, why=self.why)
