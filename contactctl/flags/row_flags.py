"""The flags of every command over the rows of a file: how it is read, and how fast."""

from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import typer

from contactctl.errors import UsageError
from contactctl.files import is_one_file
from contactctl.flags import FILE, SENDING, WAY
from contactctl.safe_text import quoted

Form = Annotated[
    Literal["csv", "tsv", "jsonl", "json"] | None,
    typer.Option(
        "--format",
        help="Format of the file; if left out, told from its name or content.",
        rich_help_panel=FILE,
    ),
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        "--delimiter",
        metavar="CHARACTER",
        help="What separates cells; , ; | and tab are recognized.",
        rich_help_panel=FILE,
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        metavar="NAME",
        help="The file's encoding, such as cp1252; not needed for UTF-8, nor for UTF-16 with a"
        " byte order mark.",
        rich_help_panel=FILE,
    ),
]
SkipLines = Annotated[
    int | None,
    typer.Option(
        "--skip-lines",
        metavar="N",
        min=0,
        help="Skip the N lines before a CSV file's header.",
        rich_help_panel=FILE,
    ),
]
Header = Annotated[
    str | None,
    typer.Option(
        "--header",
        metavar="NAME,NAME",
        help="Name the columns of a CSV file without a header.",
        rich_help_panel=FILE,
    ),
]
Sheet = Annotated[
    str | None,
    typer.Option(
        "--sheet",
        metavar="NAME",
        help="The sheet of a workbook; if left out, the first.",
        rich_help_panel=FILE,
    ),
]
BackslashEscapes = Annotated[
    bool,
    typer.Option(
        "--backslash-escapes",
        help=r"Read \n, \t, \\ and \N (no value) as the text formats of Postgres and MySQL have"
        " them.",
        rich_help_panel=FILE,
    ),
]
AllowNewlines = Annotated[
    bool,
    typer.Option(
        "--allow-newlines",
        help="Accept a quoted CSV cell whose later lines look like rows of the file.",
        rich_help_panel=FILE,
    ),
]
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
        help="Continue the last unfinished run of this file.",
        rich_help_panel=SENDING,
    ),
]
SummaryTo = Annotated[
    Path | None,
    typer.Option(
        "--summary",
        metavar="FILE",
        help="Append what was done, or would be, to FILE as Markdown, addresses masked.",
        rich_help_panel=WAY,
    ),
]
NullTexts = Annotated[
    list[str] | None,
    typer.Option(
        "--null-text",
        metavar="TEXT,TEXT",
        help=r"Cells that are empty, such as NULL,N/A,\N; repeatable.",
        rich_help_panel=FILE,
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="FILE|-",
        help="Many contacts: a file with one address or user id a line, or any that import reads."
        " - reads standard input.",
        rich_help_panel=FILE,
    ),
]
Picks = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        help="The column with the addresses (COLUMN=email) or the user ids (COLUMN=userId); if"
        " left out, told by its name.",
        rich_help_panel=FILE,
    ),
]


class RowsFlags(NamedTuple):
    """Many contacts, named by a file: how it is read, and how its rows are sent.

    All but the file itself have the words that they have in an import.
    """

    source: From = None
    maps: Picks = None
    form: Form = None
    delimiter: Delimiter = None
    encoding: Encoding = None
    skip_lines: SkipLines = None
    header: Header = None
    allow_newlines: AllowNewlines = False
    sheet: Sheet = None
    backslash_escapes: BackslashEscapes = False
    null_texts: NullTexts = None
    skip_invalid: SkipInvalid = False
    rate: RateFlag = None
    patience: Patience = None
    max_failures: MaxFailures = None
    rejects: RejectsFlag = None
    resume: Resume = False

    def are_given(self, *others: object, **flags: object) -> bool:
        """Tell whether the contacts stand in a file.

        ``others`` pick one contact, ``flags`` are what goes with one alone, by its name. Raises
        :class:`UsageError` for what does not go together.
        """
        given = {name: value for name, value in flags.items() if value}
        if self.source is None:
            words = self.words()
            if words:
                name = words[0].partition("=")[0]
                raise UsageError(f"{name} goes with --from", hint="add --from FILE")
            return False
        if any(one is not None for one in others):
            raise UsageError(
                "one contact is named, and --from names many", hint="give one of the two"
            )
        if given:
            name = next(iter(given)).replace("_", "-")
            raise UsageError(f"--{name} does not go with --from", hint="give one of the two")
        return True

    def words(self) -> list[str]:
        """Return the words that give these flags again."""
        kinds = type(self).__annotations__
        return [
            word
            for name, value in self._asdict().items()
            for word in words_of(flag_name(kinds[name]), value)
        ]


def words_of(flag: str, value: object) -> list[str]:
    """Return the words that give a flag with its value; none for one that was not given."""
    values = value if isinstance(value, list | tuple) else [value]
    # One word each: a value that begins with a dash would be taken for a flag.
    return [
        flag if one is True else f"{flag}={one}"
        for one in values
        if one is not None and one is not False
    ]


def flag_name(annotation: Any) -> str:  # noqa: ANN401 - what Annotated makes
    """Return the flag's name; an argument has none."""
    info = annotation.__metadata__[0]
    names = (info.default, *(info.param_decls or ()))  # in Annotated, the first name is there
    words = [name for name in names if isinstance(name, str)]
    return next((name for name in words if name.startswith("--")), "")


def check_rejects(rejects: Path | None, source: str) -> None:
    """Refuse to write failed rows over the file that they come from; raises :class:`UsageError`."""
    # Before it is opened: what is read may be a copy, and emptying the file would be a loss.
    if rejects is not None and is_one_file(rejects, Path(source)):
        raise UsageError(
            f"--rejects {quoted(str(rejects))} is the file that is read",
            hint="give the rejects another name",
        )


def check_summary(summary: Path | None, *others: Path | None) -> None:
    """Refuse a summary that could not be written, or whose file the call needs otherwise.

    Raises :class:`UsageError`, while nothing has been done that it would have to tell of.
    """
    if summary is None:
        return
    if summary.is_dir() or not summary.parent.is_dir():
        what = "is a folder" if summary.is_dir() else "is in a folder that does not exist"
        raise UsageError(f"--summary {quoted(str(summary))} {what}", hint="name a file")
    # Resolved, as one file may be spelled in two ways.
    taken = {other.resolve() for other in others if other is not None}
    if summary.resolve() in taken:
        raise UsageError(
            f"--summary names {quoted(str(summary))}, which this call needs for something else",
            hint="give it another name",
        )
