from __future__ import annotations

import codecs
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.errors import CredentialsError, ExitCode
from contactctl.profiles.api_key import ApiKey, parse_api_key

TEXT = "0123456789abcdefSECRET"


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\r"])
def test_one_final_line_break_is_cut(ending: str) -> None:
    assert parse_api_key(TEXT + ending, "here").reveal() == TEXT


@pytest.mark.parametrize(
    ("bad", "kind", "position"),
    [
        (" ", "a space", 5),
        ("\t", "a tab", 5),
        ("\n", "a line break", 5),
        ("\r", "a line break", 5),
        ("\0", "a NUL", 5),
        ("\x1b", "a control character", 5),
        ("\x7f", "a control character", 5),
        ("é", "a character outside ASCII", 5),
        ("\udcff", "a character outside ASCII", 5),
        ("\N{NO-BREAK SPACE}", "a character outside ASCII", 5),
        ('"', "a quotation mark", 5),
        ("'", "a quotation mark", 5),
    ],
)
def test_a_bad_character_is_named_by_kind_and_place(bad: str, kind: str, position: int) -> None:
    with pytest.raises(CredentialsError) as caught:
        parse_api_key(f"abcd{bad}efgh", "in LOOPS_API_KEY")
    assert caught.value.message == f"the API key in LOOPS_API_KEY has {kind} at position {position}"
    assert caught.value.exit_code is ExitCode.CREDENTIALS


@pytest.mark.parametrize("ending", ["\n\n", "\r\r\n", "\r\n\r\n"])
def test_only_one_line_break_is_forgiven(ending: str) -> None:
    with pytest.raises(CredentialsError, match="a line break at position 5"):
        parse_api_key("abcd" + ending, "here")


@pytest.mark.parametrize("text", ["", "\n", "\r\n"])
def test_an_empty_key_is_refused(text: str) -> None:
    with pytest.raises(CredentialsError, match="the API key on stdin is empty"):
        parse_api_key(text, "on stdin")


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_key_in_quotes_is_said_to_be(quote: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        parse_api_key(f"{quote}{TEXT}{quote}\n", "in LOOPS_API_KEY")
    assert caught.value.message == "the API key in LOOPS_API_KEY is in quotes"
    assert "docker --env-file" in (caught.value.hint or "")


@pytest.mark.parametrize("reader", ["utf-8", "ascii", "latin-1"])
@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (codecs.BOM_UTF8 + TEXT.encode(), "begins with a byte order mark"),
        (TEXT.encode("utf-16-le"), "is UTF-16 text"),
        (TEXT.encode("utf-16-be"), "is UTF-16 text"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "is UTF-16 text"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "is UTF-16 text"),
        (codecs.BOM_UTF16_LE + TEXT.encode(), "is UTF-16 text"),  # a shell has dropped the NULs
    ],
)
def test_the_encodings_of_other_systems_are_recognised_however_they_were_read(
    raw: bytes, words: str, reader: str
) -> None:
    with pytest.raises(CredentialsError) as caught:
        parse_api_key(raw.decode(reader, "surrogateescape"), "on standard input")
    assert caught.value.message == f"the API key on standard input {words}"
    assert "ASCII" in (caught.value.hint or "")


@given(st.text(min_size=1))
def test_a_key_is_taken_whole_or_refused_without_its_text(text: str) -> None:
    long = "QQ" + text + "QQ"
    if all("!" <= character <= "~" and character not in "'\"" for character in text):
        assert parse_api_key(long, "here").reveal() == long
        return
    with pytest.raises(CredentialsError) as caught:
        parse_api_key(long, "here")
    assert "QQ" not in f"{caught.value.message} {caught.value.hint}"


def test_nothing_but_reveal_gives_the_text() -> None:
    key = ApiKey(TEXT)
    for shown in (str(key), repr(key), f"{key}", f"{[key]}", str({"k": key})):
        assert TEXT not in shown
        assert "CRET" in shown


def test_a_short_key_shows_nothing_of_itself() -> None:
    assert str(ApiKey("abc")) == "****"


def test_keys_are_equal_by_text() -> None:
    assert ApiKey("a") == ApiKey("a")
    assert ApiKey("a") != ApiKey("b")
    assert ApiKey("a") != "a"
    assert len({ApiKey("a"), ApiKey("a")}) == 1
    assert pickle.loads(pickle.dumps(ApiKey("a"))) == ApiKey("a")  # noqa: S301 - made right here
