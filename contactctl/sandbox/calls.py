"""One call as the rules see it, what they answer, and how they refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.exact_json import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class Call:
    """One request, past the door: its query, its body (empty without one), and the moment.

    ``now_s`` is in seconds since 1970; ``strict`` refuses unknown properties, which the service
    ignores.
    """

    query: Mapping[str, str] = field(default_factory=dict)
    body: JsonObject = field(default_factory=dict)
    now_s: float = 0.0
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the caller; ``warnings`` are for whoever runs the sandbox."""

    value: JsonValue
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


class Refusal(Exception):  # noqa: N818 - an answer to a caller, no error of ours
    """The service's no: a status and a message, in the body that every failure has."""

    def __init__(
        self, status: int, message: str, *, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers

    def to_answer(self) -> Answer:
        """Return the answer that says so (documentation, changelog of 2025-09-11)."""
        return Answer({"success": False, "message": self.message}, self.status, self.headers)
