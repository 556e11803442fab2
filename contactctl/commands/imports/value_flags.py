"""The flags of import that say how values are written."""

from typing import Annotated

import typer

from contactctl.flags import VALUES

DateFormats = Annotated[
    list[str] | None,
    typer.Option(
        "--date-format",
        metavar="COLUMN=FORMAT",
        help="How a column writes dates: %d.%m.%Y, %m/%d/%Y %H:%M, excel, seconds; repeatable, also"
        " for a column with several forms.",
        rich_help_panel=VALUES,
    ),
]
FirstAddress = Annotated[
    bool,
    typer.Option(
        "--first-address",
        help="Take the first address of a cell with several, or with a name: Ada"
        " <ada@example.com>.",
        rich_help_panel=VALUES,
    ),
]
DecimalCommas = Annotated[
    list[str] | None,
    typer.Option(
        "--decimal-comma",
        metavar="COLUMN",
        help="A column of numbers such as 1.234,50; repeatable.",
        rich_help_panel=VALUES,
    ),
]
DecimalPoints = Annotated[
    list[str] | None,
    typer.Option(
        "--decimal-point",
        metavar="COLUMN",
        help="A column of numbers such as 1,234.50; repeatable.",
        rich_help_panel=VALUES,
    ),
]
