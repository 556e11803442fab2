"""Numbers and times as a person reads them."""

from __future__ import annotations

_MINUTE_S = 60
_HOUR_S = 3600
_WHOLE_FROM = 100


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun, such as ``1 row`` or ``1,200 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """Return a time as its two largest parts, such as ``10 min 25 s``."""
    whole = round(seconds)
    hours, minutes, rest = whole // _HOUR_S, whole % _HOUR_S // _MINUTE_S, whole % _MINUTE_S
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def per_second(rate: float) -> str:
    """Return a rate with one digit after the point where that says anything."""
    if rate >= _WHOLE_FROM:
        return f"{rate:,.0f} a second"
    return f"{rate:.1f} a second".replace(".0 ", " ")
