"""What is not known of the service: where the sandbox refuses and where it lets pass."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Manner(Enum):
    """How the sandbox takes what it has to choose about."""

    USUAL = "usual"
    #: Whatever a service could refuse is refused.
    STRICT = "strict"
    #: Whatever a service could let pass is let pass.
    LENIENT = "lenient"

    def refuses(self, case: str) -> bool:
        """Tell whether a case of :data:`CHOICES` is refused."""
        choice = CHOICES[case]
        return self is Manner.STRICT or (self is Manner.USUAL and choice.is_refused)


class Choice(NamedTuple):
    """One thing that is not known: what it is about, and what becomes of it when it passes.

    ``is_refused`` is what the sandbox does unless asked: the side that protects a caller, or what
    the documentation hints at.
    """

    about: str
    passed: str
    is_refused: bool = True


#: The README has them as a table, which a test holds equal.
CHOICES: Mapping[str, Choice] = {
    "unknown property": Choice(
        "a property that the account does not have", "ignored, with a warning", is_refused=False
    ),
    "answer field": Choice(
        "`optInStatus`, or an `id` that is not empty, in a body",
        "ignored, with a warning",
        is_refused=False,
    ),
    "spaces": Choice("spaces around an address", "cut off", is_refused=False),
    "wrong type": Choice(
        "a value of another type, a date in no documented form", "kept as it was sent"
    ),
    "seconds": Choice("a date as a number below 10¹¹: seconds", "a day in January 1970"),
    "unknown list": Choice("a list that the account does not have", "ignored, with a warning"),
    "list of unsubscribed": Choice(
        "a list to join for somebody who is unsubscribed", "ignored, with a warning"
    ),
    "empty user id": Choice('`userId: ""`', "as if it were not there"),
    "repeated key": Choice("a key that is in one object twice", "the last one counts"),
    "property name": Choice("a new property whose name is not letters, digits and `_`", "created"),
    "post": Choice("`POST` for an update", "as `PUT`"),
    "list parameter": Choice("another `?list=` than `all` and `custom`", "as `all`"),
}
