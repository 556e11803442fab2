"""The flags of import that say what is looked up first, and how the rows are sent."""

from dataclasses import dataclass
from typing import Annotated

import typer

from contactctl.errors import UsageError
from contactctl.flags import GUARDS, SENDING
from contactctl.flags.preview_flags import PreviewFlags
from contactctl.flags.row_flags import (
    MaxFailures,
    Patience,
    RateFlag,
    RejectsFlag,
    Resume,
    SkipInvalid,
    SummaryTo,
)
from contactctl.flags.undo_flag import UndoFlag
from contactctl.runs.flag_words import FlagWords
from contactctl.runs.pace import MOST_DIGITS, parse_patience_s
from contactctl.safe_text import quoted

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
    summary: SummaryTo = None
    changed_only: ChangedOnly = False
    resume: Resume = False

    def patience_s(self, default_s: float) -> float:
        """Return the patience in seconds; raises :class:`UsageError` for what is none."""
        return parse_patience_s(self.patience, default_s)

    def check(self, preview: PreviewFlags) -> None:
        """Refuse what does not go together; raises :class:`UsageError`."""
        # Read for its error: later would be after the file was checked.
        self.patience_s(0.0)
        if self.resume and preview.dry_run:
            raise UsageError(
                "--resume goes on with a run, and --dry-run sends nothing", hint="give one of them"
            )


def most_changes(words: str, rows: int) -> int:
    """Return how many of so many rows may change; raises :class:`UsageError` for no number."""
    text = words.removesuffix("%")
    if not (text.isascii() and text.isdecimal()) or len(text) > MOST_DIGITS:
        raise UsageError(
            f"--max-changes {quoted(words)} is not a number of rows",
            hint="give a number such as 500, or a share of the file's rows such as 5%",
        )
    # Rounded down, as a guard should be.
    return int(text) if text == words else rows * int(text) // 100
