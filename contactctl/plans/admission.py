"""Which plans are carried out at all, and which are refused as a whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contactctl.errors import GuardError, UsageError
from contactctl.importing.keeping.applied import MOST_AGE_DAYS
from contactctl.safe_text import excerpt, quoted
from contactctl.wording import duration

if TYPE_CHECKING:
    from contactctl.plans.file_account import FileAccount
    from contactctl.plans.plan_file import PlanFile

DEFAULT_MAX_AGE = "24h"
#: What was applied is remembered for as long, so that nothing older is applied at all.
MOST_AGE = f"{MOST_AGE_DAYS}d"
#: A clock may be behind that of the machine that made the plan.
_CLOCKS_DIFFER_S = 300.0
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_AGE = re.compile(r"([0-9]{1,6})([smhd])")
_DAY_S = 86_400
_MOST_DAYS = 2


def parse_age(text: str) -> float:
    """Return an age such as ``24h`` in seconds; raises :class:`UsageError` for anything else."""
    found = _AGE.fullmatch(text)
    if found is None:
        raise UsageError(
            f"--max-age {quoted(text)} is not an age",
            hint="give a number and s, m, h or d: 24h, 2d",
        )
    seconds = float(int(found[1]) * _UNITS_S[found[2]])
    if seconds > MOST_AGE_DAYS * _DAY_S:
        raise UsageError(
            f"--max-age {quoted(text)} is more than {MOST_AGE}",
            hint="make a new plan; what was applied is remembered for that long",
        )
    return seconds


def check_account(file: PlanFile, account: FileAccount) -> None:
    """Refuse a file of another account; raises :class:`GuardError`."""
    planned = file.header.account
    if not planned.is_same(account):
        hint = "give the profile or the key that it was made with"
        if (planned.team, planned.base_url) == (account.team, account.base_url):
            hint += "; several teams may have the same name, so that it proves nothing"
        raise GuardError(
            f"{quoted(file.name)} is of another account: {_named(planned)}, and this is"
            f" {_named(account)}",
            hint=hint,
        )


def check_age(file: PlanFile, max_age_s: float, now: float) -> None:
    """Refuse a file that is too old; times in seconds. Raises :class:`GuardError`."""
    # By the file's own words: copying a plan to another machine gives it a new time on disk.
    age_s = now - file.header.created
    if age_s > max_age_s:
        if max_age_s >= MOST_AGE_DAYS * _DAY_S:
            hint = "what was applied is remembered for no longer"
        else:
            hint = "allow more" if file.header.kind == "undo" else "make a new plan, or allow more"
        raise GuardError(
            f"{quoted(file.name)} is {_words(age_s)} old, and --max-age allows {_words(max_age_s)}",
            hint=hint,
        )
    if age_s < -_CLOCKS_DIFFER_S:
        raise GuardError(
            f"{quoted(file.name)} was made in the future, according to this machine's clock",
            hint="set the clock",
        )


def _words(seconds: float) -> str:
    """Say an age, in days where it is more than two."""
    days = seconds / _DAY_S
    return f"{days:.0f} days" if days > _MOST_DAYS else duration(seconds)


def _named(account: FileAccount) -> str:
    team = f"team {excerpt(account.team)}" if account.team else "a team without a name"
    return f"{team} at {excerpt(account.base_url)}, account {account.digest[:8]}"
