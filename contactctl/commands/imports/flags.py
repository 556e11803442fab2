"""The flags of import: how the file is read, what its columns are, how it is sent."""

import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from contactctl.errors import UsageError
from contactctl.flags.contact_flags import NoSchema, PreviewFlags
from contactctl.flags.undo_flag import UndoFlag
from contactctl.importing.columns import ColumnRules, parse_rules
from contactctl.importing.pacer import Rate
from contactctl.safe_text import quoted
from contactctl.session import Flags

File = Annotated[str, typer.Argument(metavar="FILE", help="The file; - reads standard input.")]
Form = Annotated[
    Literal["csv", "tsv", "jsonl", "json"] | None,
    typer.Option("--format", help="Form of the file; told from its name or content if left out."),
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        "--delimiter", metavar="CHARACTER", help="What separates cells; , ; and tab are found."
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        metavar="NAME",
        help="Such as cp1252; UTF-8, and UTF-16 with a byte order mark, need none.",
    ),
]
AllowNewlines = Annotated[
    bool,
    typer.Option(
        "--allow-newlines",
        help="Take a CSV cell whose later lines look like rows of the file as the text it is.",
    ),
]
Maps = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        help="Name the field of a column: email, userId, a property, list:ID, or !subscribed where"
        " yes means opted out; repeatable.",
    ),
]
Ignored = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="COLUMN", help="Leave a column out; repeatable."),
]
Constants = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help="Give every row this value; repeatable."),
]
EmptyClears = Annotated[
    bool, typer.Option("--empty-clears", help="An empty cell empties the field, as null does.")
]
LiteralNull = Annotated[
    bool, typer.Option("--literal-null", help="A cell null is that text, and empties nothing.")
]
AllowResubscribe = Annotated[
    bool,
    typer.Option(
        "--allow-resubscribe",
        help="Allow subscribed to be true, which re-subscribes people who opted out.",
    ),
]
NeverResubscribe = Annotated[
    bool,
    typer.Option(
        "--never-resubscribe",
        help="Send subscribed only where it is false, as the service's own upload has it: opts out,"
        " and re-subscribes nobody.",
    ),
]
SubscribedWhen = Annotated[
    list[str] | None,
    typer.Option(
        "--subscribed-when",
        metavar="COLUMN=WORD,WORD",
        help="Words of a column that mean subscribed; all its other words mean unsubscribed, or"
        " with --unsubscribed-when are refused; repeatable.",
    ),
]
UnsubscribedWhen = Annotated[
    list[str] | None,
    typer.Option(
        "--unsubscribed-when",
        metavar="COLUMN=WORD,WORD",
        help="Words of a column that mean unsubscribed, * for any, (empty) for none; other words"
        " change nothing; repeatable.",
    ),
]
SkipInvalid = Annotated[
    bool,
    typer.Option("--skip-invalid", help="Count rows that cannot be sent as failed, send the rest."),
]
RateFlag = Annotated[
    str | None,
    typer.Option(
        "--rate",
        metavar="N|max",
        help="Requests a second; max is all of the service's limit (default 80 percent of it).",
    ),
]
Patience = Annotated[
    str | None,
    typer.Option(
        "--patience",
        metavar="DURATION",
        help="How long a service that is away is waited for, such as 30s or 10m (default 10m, and"
        " 2m at a terminal).",
    ),
]
MaxFailures = Annotated[
    int | None,
    typer.Option("--max-failures", metavar="N", min=1, help="Stop after so many failed rows."),
]
RejectsFlag = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="FILE",
        help="Write failed rows here (a new file is for you alone, 0600), with the reason.",
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with the last unfinished run of this file.")
]
ChangedOnly = Annotated[
    bool,
    typer.Option(
        "--changed-only",
        help="Send only what differs from what this machine last sent for the contact.",
    ),
]
Lookup = Annotated[
    bool,
    typer.Option(
        "--lookup",
        help="Look each contact up before its write, a request more a row: refuses to re-key, move"
        " and merge, tells created from updated, and does not write what is there already.",
    ),
]
MustExist = Annotated[
    bool,
    typer.Option(
        "--must-exist", help="Rows that match no contact fail, and create none; implies --lookup."
    ),
]
MaxChanges = Annotated[
    str | None,
    typer.Option(
        "--max-changes",
        metavar="N|P%",
        help="Look the whole file up first, and write nothing if more rows would change; P percent"
        " is of the file's rows. Implies --lookup.",
    ),
]
ReplaceUserId = Annotated[
    bool,
    typer.Option(
        "--replace-user-id",
        help="Allow rows that give a contact another user id than it has, or than another row.",
    ),
]
ChangeAddress = Annotated[
    bool,
    typer.Option(
        "--change-address",
        help="Allow rows whose user id picks a contact with another address, which it then loses.",
    ),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="Take the first N rows of the file alone."),
]

_UNITS_S = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class _Words:
    """Flags that can be written down again as they were given."""

    def words(self) -> list[str]:
        """Return the words that give these flags."""
        found: list[str] = []
        for item in fields(self):
            name = _flag_name(item.type)
            if not name:
                continue
            value = getattr(self, item.name)
            values = value if isinstance(value, list) else [value]
            for one in values:
                if one is True:
                    found.append(name)
                elif one is not None and one is not False:
                    found.append(f"{name}={one}")
        return found


@dataclass(frozen=True, slots=True)
class FileFlags(_Words):
    """What is read, and how."""

    file: File
    form: Form = None
    delimiter: Delimiter = None
    encoding: Encoding = None
    allow_newlines: AllowNewlines = False


@dataclass(frozen=True, slots=True)
class ColumnFlags(_Words):
    """What the columns are."""

    maps: Maps = None
    ignored: Ignored = None
    constants: Constants = None
    empty_clears: EmptyClears = False
    literal_null: LiteralNull = False
    no_schema: NoSchema = False
    subscribed_when: SubscribedWhen = None
    unsubscribed_when: UnsubscribedWhen = None
    never_resubscribe: NeverResubscribe = False
    allow_resubscribe: AllowResubscribe = False

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
        )


@dataclass(frozen=True, slots=True)
class GuardFlags(_Words):
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
        if self.max_changes is None:
            return None
        text = self.max_changes.removesuffix("%")
        if not (text.isascii() and text.isdecimal()) or len(text) > _MOST_DIGITS:
            raise UsageError(
                f"--max-changes {quoted(self.max_changes)} is no number of rows",
                hint="give a number such as 500, or a share of the file's rows such as 5%",
            )
        return int(text) if text == self.max_changes else rows * int(text) // 100


@dataclass(frozen=True, slots=True)
class SendFlags(_Words):
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
        if not 0.0 < per_second < math.inf:
            raise UsageError(
                f"--rate {quoted(self.rate)} is no rate", hint="give requests a second, or max"
            )
        return Rate(per_second)

    def patience_s(self, default_s: float) -> float:
        """Return the patience in seconds; raises :class:`UsageError` for what is none."""
        if self.patience is None:
            return default_s
        number, unit = self.patience.rstrip("smh"), self.patience.lstrip("0123456789.")
        try:
            return float(number) * _UNITS_S[unit]
        except (ValueError, KeyError):
            raise UsageError(
                f"--patience {quoted(self.patience)} is no duration",
                hint="give a number of seconds, minutes or hours, such as 30s, 10m or 1h",
            ) from None

    def check(self, preview: PreviewFlags) -> None:
        """Refuse what does not go together; raises :class:`UsageError`."""
        preview.check()
        self.patience_s(0.0)
        if self.resume and preview.dry_run:
            raise UsageError(
                "--resume goes on with a run, and --dry-run sends nothing", hint="give one of them"
            )


def global_words(flags: Flags) -> list[str]:
    """Return the words that give the flags of every command again."""
    named = {"profile": "--profile", "output": "--output", "timeout": "--timeout"}
    named["retries"] = "--retries"
    values = {flag: getattr(flags, name) for name, flag in named.items()}
    found = [f"{flag}={value}" for flag, value in values.items() if value is not None]
    switches = ("sandbox", "quiet", "verbose", "no_input", "no_color")
    return found + [f"--{name.replace('_', '-')}" for name in switches if getattr(flags, name)]


def _flag_name(annotation: Any) -> str:  # noqa: ANN401 - what Annotated makes
    """Return the flag's name; an argument has none."""
    info = annotation.__metadata__[0]
    names = (info.default, *(info.param_decls or ()))  # in Annotated, the first name is there
    return next((name for name in names if isinstance(name, str)), "")
