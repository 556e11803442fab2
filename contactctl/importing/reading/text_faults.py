"""Bytes that are no text in a file's encoding: where they stand, and which encoding they fit."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import IO, TYPE_CHECKING, NamedTuple

from contactctl.errors import UsageError
from contactctl.importing.reading.misread import MisreadError
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from contactctl.importing.reading.decoding import Encoding

_CHUNK_BYTES = 2**16
_SHOWN_BYTES = 4
_BYTE_A_LETTER = ("cp125", "cp437", "cp85", "iso8859", "mac", "koi8")
#: What programs of offices write, the commonest first; of equals the first is taken.
_LATIN_2 = "iso8859-2"
_LATIN = ("cp1252", "cp1250", "mac_roman", "cp850", _LATIN_2)
_CANDIDATES = (*_LATIN, "cp1251", "shift_jis", "gb18030")
#: Bytes that are letters there, and in cp1252 marks of quotation, which are commoner.
_LATIN_2_QUOTES = frozenset("Ťť")
#: No word has letters of Polish and of its neighbours.
_POLISH, _NOT_POLISH = frozenset("ąęłśźżń"), frozenset("áéíýúřěůčšžďťňľőű")
#: A letter of western Europe in UTF-8, and no two letters of a word in those.
_MIXED = re.compile(rb"[\xc2-\xc5][\x80-\xbf]")
_WORD = re.compile(r"[^\W\d_]+")
#: Signs that texts hold beside letters.
_SIGNS = frozenset("\u2018\u2019\u201c\u201d\u201e\u2013\u2014\u2026\u20ac\u00ab\u00bb\u00b0\u00a0")
_SAMPLE_BYTES = 2**12


class _Fault(NamedTuple):
    """Bytes that cannot be decoded: their line, and what stands before and after them."""

    line: int
    found: bytes
    before: bytes
    after: bytes


def check_text(file: IO[bytes], encoding: Encoding, name: str) -> None:
    """Read the file through; raise :class:`UsageError` where it is no text in its encoding.

    The message says line and bytes, the hint the encoding that fits. The file is closed.
    """
    with file:
        fault = _first_fault(file, encoding)
        if fault is None:
            return
        if len(fault.after) < _SAMPLE_BYTES:
            fault = fault._replace(after=fault.after + file.read(_SAMPLE_BYTES))
    shown = " ".join(f"{byte:02X}" for byte in fault.found[:_SHOWN_BYTES])
    hint, likely = _way_out(fault, encoding)
    error = MisreadError(
        f"{quoted(name)} is not {encoding.name}: line {fault.line} holds"
        f" the byte{'s' * (len(fault.found) > 1)} {shown}",
        hint=hint,
    )
    raise error.with_better(f"read as {likely}", encoding=likely) if likely else error


def check_not_utf_8(file: IO[bytes], encoding: Encoding, name: str) -> None:
    """Raise :class:`UsageError` for UTF-8 that is to be read with a byte a letter.

    Every byte is a letter there, so that names would be damaged without a word. The file is closed.
    """
    with file:
        damaged = encoding.name.startswith(_BYTE_A_LETTER) and _first_word_of_utf_8(file)
    if damaged:
        read = damaged.encode().decode(encoding.name, "replace")
        raise UsageError(
            f"{quoted(name)} is UTF-8; as {encoding.name}, {quoted(damaged)} becomes"
            f" {quoted(read)}",
            hint="leave --encoding out",
        )


def _first_word_of_utf_8(file: IO[bytes]) -> str:
    """Return the first word beyond ASCII of a file that is UTF-8 to its end, "" where it is not."""
    decoder, word = codecs.getincrementaldecoder("utf-8")(), ""
    try:
        for chunk in iter(lambda: file.read(_CHUNK_BYTES), b""):
            text = decoder.decode(chunk)
            if not word and not text.isascii():
                word = next((one for one in _WORD.findall(text) if not one.isascii()), "")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return ""
    return word


def _first_fault(file: IO[bytes], encoding: Encoding) -> _Fault | None:
    file.read(len(encoding.mark))
    decoder = codecs.getincrementaldecoder(encoding.name)()
    feeds = returns = 0
    while True:
        chunk = file.read(_CHUNK_BYTES)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(encoding.name, "replace")
            feeds, returns = feeds + before.count("\n"), returns + before.count("\r")
            start, end = error.start, error.end
            return _Fault(
                # Old Macs end lines with returns alone.
                (feeds or returns) + 1,
                error.object[start:end],
                error.object[max(start - _SAMPLE_BYTES, 0) : start],
                error.object[start : start + _SAMPLE_BYTES],
            )
        if not chunk:
            return None
        feeds, returns = feeds + text.count("\n"), returns + text.count("\r")


def _way_out(fault: _Fault, encoding: Encoding) -> tuple[str, str | None]:
    """Return what to do, and the encoding to name for that."""
    sample = fault.before + fault.after
    if _is_text(sample, "utf-8") and encoding.name != "utf-8":
        return "it is UTF-8: leave --encoding out", None
    if encoding.name == "utf-8" and _has_utf_8(sample):
        hint = "its other letters are UTF-8: fix that line, which was cut off or inserted later"
        return hint, None
    likely = _likely(sample)
    if encoding.name == "utf-8" and likely in _LATIN and _MIXED.search(sample):
        # Read so, the letters that are right by now would be damaged without a word.
        return f"some lines are UTF-8 and others {likely}: save the whole file in one of them", None
    if likely is None:
        return "name the encoding with --encoding, such as cp1252 or utf-16-le", None
    return f"give --encoding {likely}, with which it reads {quoted(_word(fault, likely))}", likely


def _is_text(sample: bytes, encoding: str) -> bool:
    """Tell whether all of a sample but a letter cut at its end is text in that encoding."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _has_utf_8(sample: bytes) -> bool:
    """Tell whether letters beyond ASCII are UTF-8 elsewhere, so that a single line is at fault."""
    others = sample.decode("utf-8", "ignore")
    lost = sample.decode("utf-8", "replace").count("\ufffd")
    return sum(not letter.isascii() for letter in others) > lost


def _likely(sample: bytes) -> str | None:
    fitting = [name for name in _CANDIDATES if _is_text(sample, name)]
    return max(fitting, key=lambda name: _plausible(sample, name), default=None)


def _plausible(sample: bytes, encoding: str) -> int:
    """Return how much a sample looks like words in an encoding."""
    text = sample.decode(encoding, "ignore")
    foreign = [sign for sign in text if not sign.isascii() and sign not in _SIGNS]
    if encoding == _LATIN_2:
        foreign = [sign for sign in foreign if sign not in _LATIN_2_QUOTES]
    letters = sum(letter.isalpha() for letter in foreign)
    scripts = [{_script(letter) for letter in word} for word in _WORD.findall(text)]
    mixed = sum(len(found) > 1 for found in scripts)
    if encoding == _LATIN_2:
        # One that stands alone is likelier a sign of another encoding.
        mixed += sum(len(word) == 1 and not word.isascii() for word in _WORD.findall(text))
    # Nearly any bytes decode with a byte a letter: what looks unlike words tells the wrong ones.
    return letters - 2 * (len(foreign) - letters) - 4 * mixed - 4 * _odd_words(text)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _odd_words(text: str) -> int:
    """Count words of Latin letters that no language has: accents in a row, capitals inside."""
    odd = 0
    for word in _WORD.findall(text):
        accents = re.search(r"[\u00c0-\u024f]{3}", word)
        letters = {*word.lower()}
        odd += bool(letters & _POLISH and letters & _NOT_POLISH)
        odd += bool(accents) or (not word.isupper() and word[1:] != word[1:].lower())
    return odd


def _word(fault: _Fault, encoding: str) -> str:
    """Return the word with the fault in it, as it reads in an encoding."""
    before, after = (
        part.decode(encoding, "replace") for part in (fault.before, fault.after[:_SAMPLE_BYTES])
    )
    head = re.search(r"[^\W\d_]*\Z", before)
    tail = re.match(r"\W?[^\W\d_]*", after)
    return (head[0] if head else "") + (tail[0] if tail else "")
