"""The flags of import that say how values are written."""

from typing import Annotated

import typer

NullTexts = Annotated[
    list[str] | None,
    typer.Option(
        "--null-text",
        metavar="TEXT,TEXT",
        help=r"Cells that are empty, such as NULL,N/A,\N; repeatable.",
    ),
]
DateFormats = Annotated[
    list[str] | None,
    typer.Option(
        "--date-format",
        metavar="COLUMN=FORMAT",
        help="How a column writes dates: %d.%m.%Y, %m/%d/%Y %H:%M, excel, seconds; repeatable.",
    ),
]
DecimalCommas = Annotated[
    list[str] | None,
    typer.Option(
        "--decimal-comma",
        metavar="COLUMN",
        help="A column of numbers such as 1.234,50; repeatable.",
    ),
]
DecimalPoints = Annotated[
    list[str] | None,
    typer.Option(
        "--decimal-point",
        metavar="COLUMN",
        help="A column of numbers such as 1,234.50; repeatable.",
    ),
]
