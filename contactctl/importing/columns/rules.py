"""What the flags say about columns: ``--map``, ``--ignore``, ``--set`` and their like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contactctl.errors import UsageError
from contactctl.exact_json import to_json
from contactctl.importing.consent.consent import NEGATED, check_words, parse_words, split_names
from contactctl.importing.values.fields import Kind, standard_kind
from contactctl.importing.values.value_rules import ValueRules
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contactctl.exact_json import JsonValue


@dataclass(frozen=True, slots=True)
class ColumnRules:
    """What the flags say about columns.

    ``maps`` goes from column to field, ``constants`` from field to text. ``empty_clears`` empties
    on an empty cell, ``literal_null`` takes a cell ``null`` as text. ``subscribed_when`` and
    ``unsubscribed_when`` go from column to folded words. Where neither ``allow_resubscribe`` nor
    ``never_resubscribe``, which leaves it out, ``subscribed`` may not be true. ``ignore_unknown``
    leaves out what is no field; ``only`` are the columns to use, None for all of them.
    ``created`` goes from column to the property that is made for it, "" for none: it takes the
    place of a column's name, so that a file means the same when the property is there.
    ``values`` are rules of how values are written.
    """

    maps: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    constants: Mapping[str, str] = field(default_factory=dict)
    empty_clears: bool = False
    literal_null: bool = False
    allow_resubscribe: bool = False
    never_resubscribe: bool = False
    subscribed_when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unsubscribed_when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ignore_unknown: bool = False
    only: frozenset[str] | None = None
    created: Mapping[str, str] = field(default_factory=dict)
    values: ValueRules = field(default_factory=ValueRules)

    def is_outside(self, column: str) -> bool:
        """Tell whether a flag for columns in general leaves a column out.

        No flag of the column's own names it.
        """
        if self.created.get(column) == "":
            return True
        if self.only is None or column in self.only:
            return False
        named = (self.maps, self.subscribed_when, self.unsubscribed_when)
        return not any(column in one for one in named)

    @property
    def null_is_text(self) -> bool:
        """Tell whether a cell ``null`` is no order to empty the field."""
        return self.literal_null or "null" in self.values.null_texts

    def describe(self) -> str:
        """Return a text that is the same for the same meaning of a file's cells."""
        others: dict[str, JsonValue] = {"ignoreUnknown": True} if self.ignore_unknown else {}
        others |= {} if self.only is None else {"only": [*sorted(self.only)]}
        return to_json(
            {
                **others,
                "map": dict(sorted(self.maps.items())),
                "ignore": [*sorted(self.ignored)],
                "set": dict(sorted(self.constants.items())),
                "emptyClears": self.empty_clears,
                "literalNull": self.literal_null,
                "neverResubscribe": self.never_resubscribe,
                "subscribedWhen": _listed(self.subscribed_when),
                "unsubscribedWhen": _listed(self.unsubscribed_when),
                **self.values.describe(),
            }
        )


def parse_rules(  # noqa: PLR0913 - one for each flag
    maps: Sequence[str] = (),
    ignored: Sequence[str] = (),
    constants: Sequence[str] = (),
    *,
    empty_clears: bool = False,
    literal_null: bool = False,
    allow_resubscribe: bool = False,
    never_resubscribe: bool = False,
    subscribed_when: Sequence[str] = (),
    unsubscribed_when: Sequence[str] = (),
    ignore_unknown: bool = False,
    only: Sequence[str] = (),
    values: ValueRules | None = None,
) -> ColumnRules:
    """Read ``--map COLUMN=FIELD`` (split at the last ``=``) and ``--set FIELD=VALUE`` (the first).

    Raises :class:`UsageError` for a text without ``=``, for a column or field given twice, and for
    flags that contradict each other.
    """
    found_maps: dict[str, str] = {}
    for text in maps:
        # A column's name may hold "=" itself; a field's name does not.
        column, equals, name = text.rpartition("=")
        pair = (column.strip(), _mapped(name.strip()))
        _put(found_maps, "--map", text, pair, well_formed=bool(equals))
    found_constants: dict[str, str] = {}
    for text in constants:
        name, equals, value = text.partition("=")
        _put(found_constants, "--set", text, (name.strip(), value), well_formed=bool(equals))
    names = frozenset(name.strip() for name in ignored)
    used = _parse_only(only)
    _refuse_ignored(names, found_maps, used or frozenset())
    rules = ColumnRules(
        found_maps,
        names,
        found_constants,
        empty_clears,
        literal_null,
        allow_resubscribe,
        never_resubscribe,
        parse_words("--subscribed-when", subscribed_when),
        parse_words("--unsubscribed-when", unsubscribed_when),
        ignore_unknown,
        used,
        values=values or ValueRules(),
    )
    check_words(rules)
    if allow_resubscribe and never_resubscribe:
        raise UsageError(
            "--allow-resubscribe and --never-resubscribe contradict each other",
            hint="give --never-resubscribe alone when in doubt",
        )
    return rules


def _refuse_ignored(names: frozenset[str], maps: Mapping[str, str], used: frozenset[str]) -> None:
    """Refuse columns that are left out and used at a time; raises :class:`UsageError`."""
    both = sorted(names & maps.keys())
    if both:
        raise UsageError(f"the column {quoted(both[0])} is given to --map and to --ignore")
    if used & names:
        raise UsageError(
            f"the column {quoted(min(used & names))} is given to --only and to --ignore",
            hint="--only leaves all other columns out by itself",
        )


def _parse_only(texts: Sequence[str]) -> frozenset[str] | None:
    """Read ``--only A,B``; a name that holds a comma stands in double quotes."""
    if not texts:
        return None
    names = [name.strip() for text in texts for name in split_names(text)]
    if not all(names) or not names:
        raise UsageError(
            f"--only {quoted(','.join(texts))} names a column without a name",
            hint="write --only email,plan",
        )
    return frozenset(names)


def _mapped(name: str) -> str:
    """Return the field that ``--map`` names; only ``subscribed`` can be turned round."""
    if not name.startswith("!"):
        return name
    if standard_kind(name.removeprefix("!")) is not Kind.SUBSCRIBED:
        raise UsageError(
            f"--map has {quoted(name)}, and only subscribed can be turned round",
            hint=f"write {NEGATED} for a column in which yes means opted out",
        )
    return NEGATED


def _listed(words: Mapping[str, frozenset[str]]) -> dict[str, JsonValue]:
    return {column: [*sorted(words[column])] for column in sorted(words)}


def _put(
    found: dict[str, str], flag: str, text: str, pair: tuple[str, str], *, well_formed: bool
) -> None:
    if not well_formed or not pair[0]:
        form = "COLUMN=FIELD" if flag == "--map" else "FIELD=VALUE"
        raise UsageError(f"{flag} {quoted(text)} is not {form}")
    if pair[0] in found:
        raise UsageError(f"{flag} gives {quoted(pair[0])} twice", hint="give it once")
    found[pair[0]] = pair[1]
