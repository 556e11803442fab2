"""The flags of every command over the rows of a file: how it is read, and how fast."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from contactctl.flags import FILE, SENDING

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
        help="Go on with the last unfinished run of this file.",
        rich_help_panel=SENDING,
    ),
]
