"""The API key: checked when it is read, masked wherever it is shown."""

from __future__ import annotations

from typing import final

from contactctl.safe_text import mask


@final
class ApiKey:
    """An API key that gives its text to :meth:`reveal` alone; everything else sees a mask."""

    # No dataclass: its repr, asdict and replace would give the text out.
    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the key itself, for the request's header and for ``profiles.toml``."""
        return self._text

    def __str__(self) -> str:
        return mask(self._text)

    def __repr__(self) -> str:
        return f"ApiKey({mask(self._text)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ApiKey) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def parse_api_key(text: str, where: str) -> ApiKey:
    """Return the key in a text, which may end in one line break.

    ``where`` goes on from "the API key", as in "in LOOPS_API_KEY". HTTP libraries print a header
    that they refuse whole, so anything but printable ASCII without spaces must stop here: raises
    :class:`CredentialsError` with what is wrong and where, never the text. Quotes have no place in
    a key either.
    """
    # One line break, as echo and password managers add: more of them is another text.
    key = text.removesuffix("\n").removesuffix("\r")
    if not key or not all("!" <= character <= "~" and character not in "\"'" for character in key):
        from contactctl.profiles.key_faults import key_fault

        raise key_fault(key, where)
    return ApiKey(key)
