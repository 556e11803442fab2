"""The flags of import that say how the file is read, and what its columns are."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from contactctl.commands.imports.value_flags import (
    DateFormats,
    DecimalCommas,
    DecimalPoints,
    FirstAddress,
)
from contactctl.flags import COLUMNS, CONSENT, FILE, VALUES
from contactctl.flags.contact_flags import NO_SCHEMA_HELP, Yes
from contactctl.flags.row_flags import (
    AllowNewlines,
    BackslashEscapes,
    Delimiter,
    Encoding,
    Form,
    Header,
    NullTexts,
    Sheet,
    SkipLines,
)
from contactctl.importing.columns.rules import ColumnRules, parse_rules
from contactctl.importing.values.value_rules import parse_value_rules
from contactctl.runs.flag_words import FlagWords

File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="The file; - reads standard input.", rich_help_panel=FILE),
]
Maps = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        help="Name the field of a column: email, userId, a property, list:ID, or !subscribed where"
        " yes means opted out; repeatable.",
        rich_help_panel=COLUMNS,
    ),
]
Ignored = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="COLUMN",
        help="Leave a column out; repeatable.",
        rich_help_panel=COLUMNS,
    ),
]
IgnoreUnknown = Annotated[
    bool,
    typer.Option(
        "--ignore-unknown",
        help="Leave out, and name, every column that matches no field; one about consent still"
        " needs a decision.",
        rich_help_panel=COLUMNS,
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="COLUMN,COLUMN",
        help="Use these columns, and those that --map names, and leave the others out; one about"
        " consent still needs a decision. Repeatable.",
        rich_help_panel=COLUMNS,
    ),
]
Constants = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="Give every row this value; repeatable.",
        rich_help_panel=COLUMNS,
    ),
]
EmptyClears = Annotated[
    bool,
    typer.Option(
        "--empty-clears",
        help="An empty cell empties the field, as null does.",
        rich_help_panel=VALUES,
    ),
]
LiteralNull = Annotated[
    bool,
    typer.Option(
        "--literal-null",
        help="Take a cell null as the text null, which empties nothing.",
        rich_help_panel=VALUES,
    ),
]
AllowResubscribe = Annotated[
    bool,
    typer.Option(
        "--allow-resubscribe",
        help="Allow subscribed to be true, which re-subscribes people who opted out.",
        rich_help_panel=CONSENT,
    ),
]
NeverResubscribe = Annotated[
    bool,
    typer.Option(
        "--never-resubscribe",
        help="Send subscribed only where it is false, as the service's own upload does: opts"
        " people out, and re-subscribes nobody.",
        rich_help_panel=CONSENT,
    ),
]
SubscribedWhen = Annotated[
    list[str] | None,
    typer.Option(
        "--subscribed-when",
        metavar="COLUMN=WORD,WORD",
        help="Words of a column that mean subscribed; all its other words mean unsubscribed, or"
        " with --unsubscribed-when are refused; repeatable.",
        rich_help_panel=CONSENT,
    ),
]
UnsubscribedWhen = Annotated[
    list[str] | None,
    typer.Option(
        "--unsubscribed-when",
        metavar="COLUMN=WORD,WORD",
        help="Words of a column that mean unsubscribed, * for any, (empty) for none; other words"
        " change nothing; repeatable.",
        rich_help_panel=CONSENT,
    ),
]
MapFile = Annotated[
    Path | None,
    typer.Option(
        "--map-file",
        metavar="FILE",
        help="Read column flags from a TOML file; flags of the call win.",
        rich_help_panel=COLUMNS,
    ),
]
SaveMap = Annotated[
    Path | None,
    typer.Option(
        "--save-map",
        metavar="FILE",
        help="Save the column flags of this call, for --map-file.",
        rich_help_panel=COLUMNS,
    ),
]
CreateProperties = Annotated[
    bool,
    typer.Option(
        "--create-properties",
        help="Create a property for each column that matches no field, typed by its values; shows"
        " them and asks, or takes --yes.",
        rich_help_panel=COLUMNS,
    ),
]


@dataclass(frozen=True, slots=True)
class FileFlags(FlagWords):
    """What is read, and how."""

    file: File
    form: Form = None
    delimiter: Delimiter = None
    encoding: Encoding = None
    skip_lines: SkipLines = None
    header: Header = None
    allow_newlines: AllowNewlines = False
    sheet: Sheet = None
    backslash_escapes: BackslashEscapes = False


NoSchema = Annotated[
    bool,
    typer.Option("--no-schema", help=NO_SCHEMA_HELP, rich_help_panel=VALUES),
]


@dataclass(frozen=True, slots=True)
class ColumnFlags(FlagWords):
    """What the columns are."""

    maps: Maps = None
    ignored: Ignored = None
    ignore_unknown: IgnoreUnknown = False
    only: Only = None
    constants: Constants = None
    empty_clears: EmptyClears = False
    literal_null: LiteralNull = False
    no_schema: NoSchema = False
    subscribed_when: SubscribedWhen = None
    unsubscribed_when: UnsubscribedWhen = None
    never_resubscribe: NeverResubscribe = False
    allow_resubscribe: AllowResubscribe = False
    null_texts: NullTexts = None
    date_formats: DateFormats = None
    decimal_commas: DecimalCommas = None
    decimal_points: DecimalPoints = None
    first_address: FirstAddress = False

    def to_rules(self) -> ColumnRules:
        """Return the rules; raises :class:`UsageError` for flags that cannot be read."""
        return parse_rules(
            self.maps or (),
            self.ignored or (),
            self.constants or (),
            empty_clears=self.empty_clears,
            literal_null=self.literal_null,
            allow_resubscribe=self.allow_resubscribe,
            never_resubscribe=self.never_resubscribe,
            subscribed_when=self.subscribed_when or (),
            unsubscribed_when=self.unsubscribed_when or (),
            ignore_unknown=self.ignore_unknown,
            only=self.only or (),
            values=parse_value_rules(
                self.null_texts or (),
                self.date_formats or (),
                self.decimal_commas or (),
                self.decimal_points or (),
                first_address=self.first_address,
            ),
        )


@dataclass(frozen=True, slots=True)
class MapFlags(FlagWords):
    """Where the flags of columns are kept, and whether columns make properties."""

    map_file: MapFile = None
    save_map: SaveMap = None
    create_properties: CreateProperties = False
    yes: Yes = False
