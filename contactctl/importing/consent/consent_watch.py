"""The look for columns that speak of consent, which stop a file until somebody decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.consent_words import Sense, is_detail, name_sense, to_boolean
from contactctl.importing.consent.consent import is_given
from contactctl.importing.consent.consent_columns import ColumnWords, UndecidedConsentError
from contactctl.importing.consent.consent_within import keeps_sense, text_of
from contactctl.importing.names.own_export import answered_only
from contactctl.importing.values.fields import ERROR_COLUMNS, LIST_PREFIX, Kind, standard_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from contactctl.importing.columns.rules import ColumnRules
    from contactctl.importing.names.naming import AccountFields
    from contactctl.importing.row import Row

#: Keys of a JSON file that are watched for their words alone.
_MOST_KEYS = 1000
_NOT_WATCHED = (Kind.EMAIL, Kind.USER_ID)
#: In the service's own answers it says how somebody opted in, and cannot be written.
_OPT_IN_STATUS = "optInStatus"
_PERSONAL = ("firstname", "lastname")


class ConsentWatch:
    """Looks at the rows as they pass, and stops the file when all have been seen."""

    def __init__(
        self, columns: Sequence[str] | None, rules: ColumnRules, fields: AccountFields
    ) -> None:
        self._columns = columns
        self._rules = rules
        self._fields = fields
        self._null = None if rules.literal_null else "null"
        self._names: dict[str, ColumnWords | None] = {}
        self._count = 0

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows, each looked at."""
        if self._columns is None:
            return self._json_rows(rows)
        return self._csv_rows(rows, self._columns)

    @property
    def undecided(self) -> UndecidedConsentError | None:
        """What is to be said of columns that nobody decided on; None when there are none."""
        if self._all_opted_out():
            return None
        for one in filter(None, self._names.values()):
            one.empty = max(0, self._count - one.filled)
        found = {one.name: one for one in self._names.values() if one and one.speaks}
        is_decided = self._gives_subscribed()
        undecided = [
            one
            for one in found.values()
            if not (is_decided and one.declared) and not self._is_covered(one)
        ]
        return UndecidedConsentError(undecided, self._rules) if undecided else None

    def _begin(self, name: str) -> ColumnWords | None:
        """Return what counts the words of a column, None when it need not be watched."""
        if name in self._names:
            return self._names[name]
        words = self._counter(name)
        if len(self._names) < _MOST_KEYS or (words and words.sense and self._has_room()):
            self._names[name] = words
            return words
        return None

    def _counter(self, name: str) -> ColumnWords | None:
        kind = standard_kind(name)
        if not name or is_given(name, self._rules) or kind in _NOT_WATCHED:
            return None
        folded = "".join(filter(str.isalpha, name)).lower()
        if name.startswith(LIST_PREFIX) or name in ERROR_COLUMNS or folded in _PERSONAL:
            return None
        if kind is Kind.SUBSCRIBED:
            return ColumnWords(name, plain=not self._rules.is_outside(name))
        declared = kind is not None or self._fields.names_property(name)
        return ColumnWords(name, declared=declared)

    def _has_room(self) -> bool:
        return len(self._names) < 2 * _MOST_KEYS

    def _csv_rows(self, rows: Iterable[Row], columns: Sequence[str]) -> Iterator[Row]:
        skipped = answered_only(columns)
        begun = [
            (index, self._begin(name)) for index, name in enumerate(columns) if name not in skipped
        ]
        # The list shrinks as columns show that they speak of something else: most rows then cost
        # nothing.
        watched = [(index, words) for index, words in begun if words]
        for row in rows:
            self._count += row.problem is None
            if row.problem is None and watched:
                gone = [
                    place
                    for place, (index, words) in enumerate(watched)
                    if (text := row.cells[index].strip())
                    and text != self._null
                    and not words.add(text)
                ]
                # From the end, so that the places before stay what they are.
                for place in reversed(gone):
                    self._drop(watched.pop(place)[1])
            yield row

    def _json_rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self._count += row.problem is None
            values = row.values or {}
            skipped = answered_only(values) if _OPT_IN_STATUS in values else ()
            for key, value in values.items():
                if key in skipped:
                    continue
                words = self._begin(key)
                if words is None:
                    continue
                of_consent = words.sense is not None
                text = text_of(value, of_consent=of_consent)
                if text and isinstance(value, dict | list):
                    movable = keeps_sense(key, value, of_consent=of_consent)
                    words.is_movable = words.is_movable and movable
                if text and not words.add(text):
                    self._drop(words)
            yield row

    def _drop(self, words: ColumnWords) -> None:
        self._names[words.name] = None

    def _all_opted_out(self) -> bool:
        constants = self._rules.constants.items()
        return any(
            standard_kind(name) is Kind.SUBSCRIBED and to_boolean(text) is False
            for name, text in constants
        )

    def _gives_subscribed(self) -> bool:
        rules = self._rules
        targets = [rules.maps.get(name, name).removeprefix("!") for name in self._names]
        return bool(rules.subscribed_when or rules.unsubscribed_when) or any(
            standard_kind(target) is Kind.SUBSCRIBED
            and name not in rules.ignored
            and not rules.is_outside(name)
            for name, target in zip(self._names, targets, strict=True)
        )

    def _is_covered(self, words: ColumnWords) -> bool:
        """Tell whether it says why people opted out whom another column names."""
        return is_detail(words.name) and any(
            name_sense(name) is Sense.OUT and not is_detail(name) for name in self._names
        )
