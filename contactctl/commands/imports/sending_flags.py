"""The flags of import that say what is looked up first, and how the rows are sent."""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from contactctl.commands.imports.flag_words import FlagWords
from contactctl.errors import UsageError
from contactctl.flags import GUARDS, SENDING
from contactctl.flags.preview_flags import PreviewFlags
from contactctl.flags.undo_flag import UndoFlag
from contactctl.importing.pacer import Rate
from contactctl.safe_text import quoted

SkipInvalid = Annotated[
    bool,
    typer.Option(
        "--skip-invalid",
        help="Count rows that cannot be sent as failed, send the rest.",
        rich_help_panel=SENDING,
    ),
]
RateFlag = Annotated[
    str | None,
    typer.Option(
        "--rate",
        metavar="N|max",
        help="Requests a second; max is all of the service's limit (default 80 percent of it).",
        rich_help_panel=SENDING,
    ),
]
Patience = Annotated[
    str | None,
    typer.Option(
        "--patience",
        metavar="DURATION",
        help="How long to wait while the service is down, such as 30s or 10m (default 10m, and"
        " 2m at a terminal).",
        rich_help_panel=SENDING,
    ),
]
MaxFailures = Annotated[
    int | None,
    typer.Option(
        "--max-failures",
        metavar="N",
        min=1,
        help="Stop after N failed rows.",
        rich_help_panel=SENDING,
    ),
]
RejectsFlag = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="FILE",
        help="Write failed rows to FILE, with the reason; a new file is readable by you alone.",
        rich_help_panel=SENDING,
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with the last unfinished run of this file.",
        rich_help_panel=SENDING,
    ),
]
ChangedOnly = Annotated[
    bool,
    typer.Option(
        "--changed-only",
        help="Send only what differs from what this machine last sent for the contact.",
        rich_help_panel=SENDING,
    ),
]
Lookup = Annotated[
    bool,
    typer.Option(
        "--lookup",
        help="Look each contact up before its write, one more request a row: refuses to change a"
        " user id or address or to merge two contacts, tells created from updated, and skips what"
        " is unchanged.",
        rich_help_panel=GUARDS,
    ),
]
MustExist = Annotated[
    bool,
    typer.Option(
        "--must-exist",
        help="Fail rows that match no contact, instead of creating one; implies --lookup.",
        rich_help_panel=GUARDS,
    ),
]
MaxChanges = Annotated[
    str | None,
    typer.Option(
        "--max-changes",
        metavar="N|P%",
        help="Look the whole file up first, and write nothing if more rows would change; P percent"
        " is of the file's rows. Implies --lookup.",
        rich_help_panel=GUARDS,
    ),
]
ReplaceUserId = Annotated[
    bool,
    typer.Option(
        "--replace-user-id",
        help="Allow rows that give a contact another user id than it has, or than another row.",
        rich_help_panel=GUARDS,
    ),
]
ChangeAddress = Annotated[
    bool,
    typer.Option(
        "--change-address",
        help="Allow rows whose user id picks a contact with another address, which it then loses.",
        rich_help_panel=GUARDS,
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        metavar="N",
        min=1,
        help="Take only the first N rows of the file.",
        rich_help_panel=SENDING,
    ),
]

_UNITS_S = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
_MOST_DIGITS = 9
#: Not whatever float() takes: nan, inf and 1e9 are no durations, and other alphabets have digits.
_DURATION = re.compile(rf"([0-9]{{1,{_MOST_DIGITS}}}(?:\.[0-9]{{1,{_MOST_DIGITS}}})?)([smh]?)")


@dataclass(frozen=True, slots=True)
class GuardFlags(FlagWords):
    """What is looked up before it is written, and what may then be written."""

    lookup: Lookup = False
    must_exist: MustExist = False
    max_changes: MaxChanges = None
    replace_user_id: ReplaceUserId = False
    change_address: ChangeAddress = False
    undo_file: UndoFlag = None

    @property
    def looks(self) -> bool:
        """Tell whether each contact is looked up before its write."""
        given = (self.max_changes, self.undo_file)
        return self.lookup or self.must_exist or any(item is not None for item in given)

    def most_changes(self, rows: int) -> int | None:
        """Return how many of so many rows may change; None where any number may.

        Raises :class:`UsageError` for what is no number.
        """
        return None if self.max_changes is None else most_changes(self.max_changes, rows)


@dataclass(frozen=True, slots=True)
class SendFlags(FlagWords):
    """How the rows are sent."""

    rate: RateFlag = None
    patience: Patience = None
    max_failures: MaxFailures = None
    limit: Limit = None
    skip_invalid: SkipInvalid = False
    rejects: RejectsFlag = None
    changed_only: ChangedOnly = False
    resume: Resume = False

    def to_rate(self) -> Rate:
        """Return the rate; raises :class:`UsageError` for what is none."""
        if self.rate is None:
            return Rate()
        if self.rate == "max":
            return Rate(share=1.0)
        try:
            per_second = float(self.rate)
        except ValueError:
            per_second = 0.0
        # nan is within no bounds, and so is refused here as well.
        if not 0.0 < per_second < math.inf:
            raise UsageError(
                f"--rate {quoted(self.rate)} is not a rate", hint="give requests a second, or max"
            )
        return Rate(per_second)

    def patience_s(self, default_s: float) -> float:
        """Return the patience in seconds; raises :class:`UsageError` for what is none."""
        if self.patience is None:
            return default_s
        found = _DURATION.fullmatch(self.patience)
        if found is None:
            raise UsageError(
                f"--patience {quoted(self.patience)} is not a duration",
                hint="give a number of seconds, minutes or hours, such as 30s, 10m or 1h",
            )
        return float(found[1]) * _UNITS_S[found[2]]

    def check(self, preview: PreviewFlags) -> None:
        """Refuse what does not go together; raises :class:`UsageError`."""
        preview.check()
        # Read for its error: later would be after the file was checked.
        self.patience_s(0.0)
        if self.resume and preview.dry_run:
            raise UsageError(
                "--resume goes on with a run, and --dry-run sends nothing", hint="give one of them"
            )


def most_changes(words: str, rows: int) -> int:
    """Return how many of so many rows may change; raises :class:`UsageError` for no number."""
    text = words.removesuffix("%")
    if not (text.isascii() and text.isdecimal()) or len(text) > _MOST_DIGITS:
        raise UsageError(
            f"--max-changes {quoted(words)} is not a number of rows",
            hint="give a number such as 500, or a share of the file's rows such as 5%",
        )
    # Rounded down, as a guard should be.
    return int(text) if text == words else rows * int(text) // 100
