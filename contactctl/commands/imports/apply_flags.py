"""The flags of apply: what is carried out, how old it may be, and how it is sent."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from contactctl.commands.imports.sending_flags import SendFlags
from contactctl.flags import FILE, GUARDS, SENDING
from contactctl.flags.row_flags import MaxFailures, Patience, RateFlag
from contactctl.flags.undo_flag import UndoFlag
from contactctl.plans.admission import DEFAULT_MAX_AGE, MOST_AGE
from contactctl.runs.flag_words import FlagWords

File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="A plan, or an undo file.", rich_help_panel=FILE),
]
MaxAge = Annotated[
    str | None,
    typer.Option(
        "--max-age",
        metavar="AGE",
        help=f"Refuse a file that is older, such as 30m, 24h or 2d (default {DEFAULT_MAX_AGE}, and"
        f" {MOST_AGE} for an undo file; {MOST_AGE} at most).",
        rich_help_panel=GUARDS,
    ),
]
MaxChanges = Annotated[
    str | None,
    typer.Option(
        "--max-changes",
        metavar="N|P%",
        help="Write nothing if the file changes more contacts; P percent is of its lines.",
        rich_help_panel=GUARDS,
    ),
]
RejectsTo = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="FILE",
        help="Write failed lines to FILE as JSON Lines, with the reason.",
        rich_help_panel=SENDING,
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Continue the unfinished run of this file.",
        rich_help_panel=SENDING,
    ),
]


@dataclass(frozen=True, slots=True)
class ApplyFlags(FlagWords):
    """What is carried out, and how."""

    file: File
    max_age: MaxAge = None
    max_changes: MaxChanges = None
    rate: RateFlag = None
    patience: Patience = None
    max_failures: MaxFailures = None
    rejects: RejectsTo = None
    undo_file: UndoFlag = None
    resume: Resume = False

    @property
    def sending(self) -> SendFlags:
        """The flags that an import has as well."""
        return SendFlags(rate=self.rate, patience=self.patience)
