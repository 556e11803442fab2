"""Why a text is no API key, said by kind and place and never by its text."""

from __future__ import annotations

from contactctl.errors import CredentialsError

_NAMED_CHARACTERS = {
    " ": "a space",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a line break",
    "\0": "a NUL",
    '"': "a quotation mark",
    "'": "a quotation mark",
}
#: How byte order marks come through: decoded, as bytes that were no UTF-8, and read as Latin-1.
_UTF8_MARKS = ("\ufeff", "\udcef\udcbb\udcbf", "\xef\xbb\xbf")
_UTF16_MARKS = ("\udcff\udcfe", "\udcfe\udcff", "\xff\xfe", "\xfe\xff", "\ufffe")
_COPY_AGAIN = "copy the key again; it is one word of letters and digits"


def key_fault(text: str, where: str) -> CredentialsError:
    """Return the error for a text that is no key; ``where`` goes on from "the API key"."""
    if not text:
        return _fault(
            where,
            "is empty",
            "an empty key is never ignored: give the key, or remove the setting",
        )
    # UTF-16 without a mark has a NUL beside each character of a key.
    if text.startswith(_UTF16_MARKS) or "\0" in text[:2]:
        return _fault(
            where,
            "is UTF-16 text",
            "PowerShell's > writes that: use Set-Content -Encoding ascii for a file, and"
            " $OutputEncoding = [Text.Encoding]::ASCII for a pipe",
        )
    if text.startswith(_UTF8_MARKS):
        return _fault(
            where, "begins with a byte order mark", "save it as ASCII, or as UTF-8 without a BOM"
        )
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return _fault(
            where,
            "is in quotes",
            "remove them: readers of KEY=VALUE files, such as docker --env-file, keep quotes as"
            " part of the value",
        )
    return _character_fault(text, where)


def _character_fault(text: str, where: str) -> CredentialsError:
    for position, character in enumerate(text, start=1):
        if not "!" <= character <= "~" or character in "\"'":
            return _fault(where, f"has {_kind(character)} at position {position}", _COPY_AGAIN)
    raise AssertionError  # a text without a fault is a key


def _kind(character: str) -> str:
    named = _NAMED_CHARACTERS.get(character)
    if named is not None:
        return named
    return "a control character" if character.isascii() else "a character outside ASCII"


def _fault(where: str, what: str, hint: str) -> CredentialsError:
    return CredentialsError(f"the API key {where} {what}", hint=hint)
