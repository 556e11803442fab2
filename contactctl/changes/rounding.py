"""Numbers with more digits than the service probably keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.exact_json import Number
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contactctl.exact_json import JsonScalar


#: So many always survive.
_DIGITS_OF_A_DOUBLE = 15


def warn_of_rounding(values: Mapping[str, JsonScalar], warn: Callable[[str], None]) -> None:
    """Warn of each value that the service probably cannot keep as it is sent."""
    for name, value in values.items():
        kept = rounded(value)
        if kept is not None:
            warn(f"{excerpt(name)}: the service probably keeps {kept}")


def rounded(value: JsonScalar) -> str | None:
    """Return in words what a double makes of a number with too many digits, None for others.

    The service looks like a JavaScript stack, where every number is a double.
    """
    if not isinstance(value, Number) or len(value.text) <= _DIGITS_OF_A_DOUBLE:
        return None
    double = float(value.text)
    if double in {float("inf"), float("-inf")}:
        return "no number so large"
    kept = repr(double).removesuffix(".0")
    return None if Number(kept) == value else kept
