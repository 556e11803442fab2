"""Fields that a column may have meant which fills none: slips, and other words for the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contactctl.consent_words import fold_name, name_sense
from contactctl.contact import STANDARD_FIELDS
from contactctl.importing.names.usual_names import may_be_address
from contactctl.importing.values.fields import LIST_PREFIX
from contactctl.wording import near_finder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
#: What is never guessed: who may be mailed, when the service first saw them, and what no single
#: column gives.
_NEVER = frozenset({"subscribed", "createdAt", "mailingLists"})
#: Words for one thing; the first of each line stands for all.
_SAME_THING = (
    ("phone", "phone number", "telephone", "telephone number", "telefon", "telefono"),
    ("mobile", "mobile phone", "mobile number", "mobile phone number", "cell phone"),
    ("zip", "zip code", "postal code", "postcode", "post code", "plz", "code postal"),
    ("company", "company name", "organization", "organization name", "organisation", "firma"),
    ("job title", "title", "position", "organization title"),
    ("city", "town", "ort", "stadt", "ville", "ciudad"),
    ("country", "country name", "land", "pays", "pais"),
    ("birthday", "birth date", "date of birth", "birthdate", "dob", "geburtsdatum"),
    ("plan", "plan name", "subscription plan", "current plan"),
    ("language", "locale", "sprache", "langue", "idioma"),
)
_THING = {name: line[0] for line in _SAME_THING for name in line}


class NearNames:
    """Knows the fields of an account.

    ``labels`` are its properties' keys with their labels, ``lists`` the names of its lists.
    """

    def __init__(self, labels: Mapping[str, str], lists: Sequence[str] = ()) -> None:
        keys = [key for key in (*sorted(STANDARD_FIELDS), *labels) if key not in _NEVER]
        self._by_slip = near_finder(keys)
        self._lists = near_finder(lists)
        self._by_thing: dict[str, list[str]] = {}
        for key in labels.keys() - _NEVER:
            for thing in {_thing(key), _thing(labels[key])} - {""}:
                self._by_thing.setdefault(thing, []).append(key)

    def find(self, name: str) -> tuple[str, ...]:
        """Return fields near a name, the likeliest first; none for what speaks of consent."""
        same = self._by_thing.get(_thing(name), [])
        address = ["email"] if may_be_address(name) else []
        lists = [LIST_PREFIX + one for one in self._lists(name)]
        near = [*dict.fromkeys([*self._by_slip(name), *address, *same, *lists])]
        return tuple(near[:_MOST]) if near and name_sense(name) is None else ()


_MOST = 3


def _thing(name: str) -> str:
    words = fold_name(_ASIDE.sub("", name))
    return _THING.get(words, words)
