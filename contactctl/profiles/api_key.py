"""The API key: checked when it is read, masked wherever it is shown."""

from __future__ import annotations

from typing import final

from contactctl.errors import CredentialsError
from contactctl.safe_text import mask

_NAMED_CHARACTERS = {
    " ": "a blank",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a line break",
    "\0": "a NUL",
}


@final
class ApiKey:
    """An API key that gives its text to :meth:`reveal` alone; everything else sees a mask."""

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
    that they refuse whole, so anything but printable ASCII without blanks must stop here: raises
    :class:`CredentialsError` with the kind and place of the bad character, never the text.
    """
    key = text.removesuffix("\n").removesuffix("\r")
    if not key:
        raise CredentialsError(
            f"the API key {where} is empty",
            hint="an empty key is never passed over: give the key, or take the setting away",
        )
    for position, character in enumerate(key, start=1):
        if not "!" <= character <= "~":
            raise CredentialsError(
                f"the API key {where} has {_kind(character)} at position {position}",
                hint="copy the key again; it is one word of letters and digits",
            )
    return ApiKey(key)


def _kind(character: str) -> str:
    named = _NAMED_CHARACTERS.get(character)
    if named is not None:
        return named
    return "a control character" if character.isascii() else "a character outside ASCII"
