"""The flags of import that say how the rows are sent."""

from __future__ import annotations

import pytest

from contactctl.commands.imports.sending_flags import SendFlags
from contactctl.errors import UsageError
from contactctl.flags.preview_flags import PreviewFlags


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("0s", 0.0),
        ("30", 30.0),
        ("30s", 30.0),
        ("10m", 600.0),
        ("1h", 3600.0),
        ("1.5m", 90.0),
        ("007s", 7.0),
        ("999999999h", 999_999_999 * 3600.0),
    ],
)
def test_patience_is_a_number_with_its_unit(text: str, seconds: float) -> None:
    assert SendFlags(patience=text).patience_s(1.0) == seconds


def test_without_the_flag_the_patience_is_the_one_that_is_usual() -> None:
    assert SendFlags().patience_s(120.0) == 120.0


@pytest.mark.parametrize(
    "text",
    [
        *("", "s", "m", ".", "5.", ".5", "5x", "x5", "5mm", "5ms", "1h30m", "5 m", " 5", "5\n"),
        *("nan", "inf", "-inf", "infinity", "nanm", "1e9", "1e400", "0x10", "1_0", "1,5m"),
        *("-1", "-5m", "+5", "5M", "\u0665", "\u0665m", "9" * 10, "9" * 400, "1.5.5"),
    ],
)
def test_a_patience_that_is_none_is_refused(text: str) -> None:
    flags = SendFlags(patience=text)
    with pytest.raises(UsageError, match="is not a duration") as caught:
        flags.check(PreviewFlags())
    assert "such as 30s" in (caught.value.hint or "")
