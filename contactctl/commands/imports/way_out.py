"""What a refused file needs: the flags that import it as it is, proved on its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contactctl.errors import UsageError
from contactctl.importing.consent.consent import RESUBSCRIBES, UNDECIDED, join_names
from contactctl.importing.reading.csv_rows import may_hold_others
from contactctl.importing.values.identifiers import FIRST_ADDRESS
from contactctl.importing.values.problems import IGNORE
from contactctl.safe_text import quoted
from contactctl.wording import counted, flag_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contactctl.importing.checking.check import CheckReport
    from contactctl.importing.checking.plan import FaultyColumnsError
    from contactctl.importing.consent.consent_columns import UndecidedConsentError
    from contactctl.importing.names.unknown_columns import UnknownColumn

    Judge = Callable[[Sequence[str]], CheckReport]

#: So many columns are left out by name; of more, nobody reads the names.
MOST_NAMED = 5
#: Stands in a printed line for the command that writes the rows to a pipe.
SOURCE = "COMMAND"
_MOST_TOLD = 3
_MOST_LOOKS = 3
_SKIP = "--skip-invalid"
_MAP = "--map="
_NEVER = "--never-resubscribe"
_NAMELESS = "--ignore="
_NULL_TEXT = "--null-text="


class WayOut(NamedTuple):
    """The words to add to a call, and what each part of them does.

    ``report`` is what is wrong with rows once columns are decided on so. ``obstacle`` is what no
    flag that is known here gets over. ``is_complete`` tells whether the words import the file, in
    which a person may still have to fill in words of consent; if not, they do when rows have been
    corrected, and there are none where other things have to be.
    """

    words: tuple[str, ...]
    does: tuple[str, ...]
    report: CheckReport | None
    obstacle: UsageError | None = None
    is_complete: bool = True


def find_way_out(error: FaultyColumnsError, judge: Judge) -> WayOut:
    """Return the way out of a file whose columns stop it; ``judge`` reads its rows by flags."""
    columns, does = column_way(error.unknown)
    consent = error.consent
    decided = _decided(consent) if consent else []
    try:
        report = judge([*columns, *decided])
    except UsageError as obstacle:
        return WayOut((), (), None, obstacle, is_complete=False)
    if consent is None:
        return _past_rows(report, judge, columns, WayOut((*columns,), (*does,), report))
    given = WayOut((*columns, *consent.flags), (consent.does, *does), report)
    way = _past_rows(report, judge, [*columns, *decided], given)
    return way if consent.is_ready else way._replace(words=(), is_complete=False)


def way_past_rows(report: CheckReport, judge: Judge) -> WayOut:
    """Return the way out of rows that cannot be sent."""
    return _past_rows(report, judge, (), WayOut((), (), report))


def _past_rows(report: CheckReport, judge: Judge, judged: Sequence[str], given: WayOut) -> WayOut:
    """Return the way past bad rows as well, after the words that they were ``judged`` by.

    Those that would re-subscribe people change nothing, and values are read by the flags that
    leave no doubt. Other rows are left out where they are the lesser part; a file of bad rows is
    not imported by that, nor one in which a row may have taken in others.
    """
    words, does = [*given.words], [*given.does]
    more, report = _row_flags(report, judge, judged, given.words)
    words += more
    turned = {word for word in more if word.startswith(_MAP)}
    does += ["reads yes as opted out"] if turned else []
    does += ["re-subscribes nobody"] if _NEVER in more else []
    does += ["leaves out cells without a column name"] if _NAMELESS in more else []
    open_ = [word for word in more if word.startswith(IGNORE) and word != _NAMELESS]
    does += [f"leaves {_columns(open_)} out, which can be read in two ways"] if open_ else []
    does += ["takes the first address of a cell"] if FIRST_ADDRESS in more else []
    told = {_NEVER, _NAMELESS, FIRST_ADDRESS, *turned, *open_}
    does += ["reads values as the flags say"] if {*more} - told else []
    way = given._replace(words=(*words,), does=(*does,))
    if not report.problem_rows:
        return way
    if report.problem_rows * 2 > report.rows or holds_others(report):
        return way._replace(is_complete=False)
    rows = counted(report.problem_rows, "row")
    left_out = f"leaves out {rows}, counted as failed"
    return way._replace(words=(*words, _SKIP), does=(*does, left_out))


def _columns(ignoring: Sequence[str]) -> str:
    """Return the columns that flags leave out."""
    names = [quoted(word.removeprefix(IGNORE)) for word in ignoring]
    return ", ".join(names) if len(names) <= _MOST_TOLD else counted(len(names), "column")


def holds_others(report: CheckReport) -> bool:
    """Tell whether a row that cannot be read may hold people who would be left out with it."""
    return any(may_hold_others(group.kind) for group in report.problems.groups)


def _row_flags(
    report: CheckReport, judge: Judge, judged: Sequence[str], given: Sequence[str]
) -> tuple[list[str], CheckReport]:
    """Return the flags that help rows, and what is wrong with them by those.

    A row tells one fault of its shape before those of its values, which the flags for the first
    bring to light: so they are looked for again.
    """
    found: list[str] = []
    for _ in range(_MOST_LOOKS):
        more = [word for word in _row_words(report, [*given, *found]) if word not in found]
        if not more:
            break
        better = _better(report, judge, [*judged, *found, *more])
        if better is None:
            break
        found += more
        report = better
    return found, report


def _row_words(report: CheckReport, given: Sequence[str]) -> list[str]:
    """Return the flags by which rows can be sent that cannot be yet."""
    groups = report.problems.groups
    found = dict.fromkeys(word for group in groups for word in group.flags)
    is_needed = _NEVER not in given and any(group.kind == RESUBSCRIBES for group in groups)
    empty = [word.removeprefix(_NULL_TEXT) for word in found if word.startswith(_NULL_TEXT)]
    others = [word for word in found if not word.startswith(_NULL_TEXT)]
    texts = [_NULL_TEXT + join_names(empty)] if empty else []
    return [*texts, *others, *([_NEVER] * is_needed)]


def _better(report: CheckReport, judge: Judge, words: Sequence[str]) -> CheckReport | None:
    """Return what is wrong with rows by more flags; None where they help nobody."""
    try:
        found = judge(words)
    except UsageError:
        return None
    # What has no name hides what else is wrong with a row.
    is_better = _NAMELESS in words or found.problem_rows < report.problem_rows
    return found if is_better else None


def column_way(unknown: Sequence[UnknownColumn]) -> tuple[list[str], list[str]]:
    """Return the flags that map near misses and leave the other columns out, and what they do."""
    near = [one for one in unknown if one.suggestions and can_be_named(one.name)]
    left = [one for one in unknown if one not in near]
    pairs = [("--map", f"{one.name}={one.suggestions[0]}") for one in near]
    does = [f"maps {quoted(one.name)} to {one.suggestions[0]}" for one in near[:_MOST_TOLD]]
    if len(near) > _MOST_TOLD:
        does = ["maps near misses to the nearest fields"]
    if left:
        others = "other " * bool(near)
        does.append(f"leaves out {counted(len(left), f'{others}column')}")
    general: list[str] = []
    if len(left) > MOST_NAMED or not all(can_be_named(one.name) for one in left):
        left = [one for one in left if one.several]  # that flag leaves no choice to chance
        general = ["--ignore-unknown"]
    mapped, ignored = (
        [word for flag, value in found for word in flag_words(flag, value)]
        for found in (pairs, [("--ignore", one.name) for one in left])
    )
    return [*mapped, *general, *ignored], does


def can_be_named(name: str) -> bool:
    """Tell whether a flag on a line to copy can name a column."""
    return name == name.strip() and name.isprintable()


def _decided(consent: UndecidedConsentError) -> list[str]:
    """Return the flags of consent as far as they are a decision; else the column is left out.

    For a look at the rows alone: nothing is sent by them.
    """
    words = []
    for column in consent.columns:
        advice = column.advice()
        is_decided = bool(advice) and not any(UNDECIDED in word for word in advice)
        words += advice if is_decided else ["--ignore", column.name]
    return words + [word for word in consent.flags if word == _NEVER]
