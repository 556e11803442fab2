"""Text that came from the service, or goes to a log, made fit to show: no key, no controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.safe_text import mask, to_safe

if TYPE_CHECKING:
    from contactctl.exact_json import JsonValue

MAX_MESSAGE = 300
#: A shorter key, such as one made up for the sandbox's server, is a word of the data by chance.
_SHORTEST_SECRET = 8


class Cleaner:
    """Makes text of the service fit to show: the key masked, controls escaped, cut to length."""

    def __init__(self, key: str) -> None:
        self._mask = mask(key)
        # As it is, and as JSON writers that escape slashes spell it.
        self._spellings = tuple({key, key.replace("/", "\\/")} - {""})
        self._is_secret = len(key) >= _SHORTEST_SECRET

    def mask(self, text: str) -> str:
        """Return the text with every appearance of the key masked."""
        for spelling in self._spellings:
            text = text.replace(spelling, self._mask)
        return text

    def show(self, text: str, limit: int = MAX_MESSAGE) -> str:
        """Return a line that may be shown: masked, blanks joined, escaped, cut to ``limit``."""
        line = " ".join(self.mask(text).split())
        return to_safe(line if len(line) <= limit else line[: limit - 1] + "…")

    def mask_value(self, value: JsonValue) -> JsonValue:
        """Return a value with the key masked in every string and name of it.

        Ids and names of it may be sent back: a key too short to be a secret is left in them.
        """
        if not self._is_secret:
            return value
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, list):
            return [self.mask_value(item) for item in value]
        if isinstance(value, dict):
            return {self.mask(key): self.mask_value(item) for key, item in value.items()}
        return value
