"""How fast a run sends and how long it waits, as the words of flags say it."""

import math
import re

from contactctl.errors import UsageError
from contactctl.importing.pacing.pacer import ASSUMED_LIMIT, Rate, parse_limit
from contactctl.safe_text import quoted
from contactctl.session import Session

_UNITS_S = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
MOST_DIGITS = 9
#: Not whatever float() takes: nan, inf and 1e9 are no durations, and other alphabets have digits.
_DURATION = re.compile(rf"([0-9]{{1,{MOST_DIGITS}}}(?:\.[0-9]{{1,{MOST_DIGITS}}})?)([smh]?)")


def parse_rate(words: str | None) -> Rate:
    """Return the rate, the usual one for None; raises :class:`UsageError` for what is none."""
    if words is None:
        return Rate()
    if words == "max":
        return Rate(share=1.0)
    try:
        per_second = float(words)
    except ValueError:
        per_second = 0.0
    # nan is within no bounds, and so is refused here as well.
    if not 0.0 < per_second < math.inf:
        raise UsageError(
            f"--rate {quoted(words)} is not a rate", hint="give requests a second, or max"
        )
    return Rate(per_second)


def parse_patience_s(words: str | None, default_s: float) -> float:
    """Return the patience in seconds; raises :class:`UsageError` for what is none."""
    if words is None:
        return default_s
    found = _DURATION.fullmatch(words)
    if found is None:
        raise UsageError(
            f"--patience {quoted(words)} is not a duration",
            hint="give a number of seconds, minutes or hours, such as 30s, 10m or 1h",
        )
    return float(found[1]) * _UNITS_S[found[2]]


def rate_of(session: Session, words: str | None) -> Rate:
    """Return the rate; the sandbox in this process has no limit to share."""
    in_process = session.credentials.is_sandbox and words is None
    return Rate(share=1.0) if in_process else parse_rate(words)


def expected_per_second(session: Session, rate: Rate) -> float:
    """Return how many requests a second to expect, by the limit that the service named last."""
    client = session.run.client
    named = None if client is None else client.limit
    if named is None and not session.credentials.is_sandbox:
        return rate.target(ASSUMED_LIMIT)
    return rate.target(parse_limit(named))
