"""Addresses masked where what is said may be read by many, as in the log of a CI job."""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Loose on purpose: whatever looks like an address is masked, wherever it stands. An apostrophe
#: belongs to it after a letter, as in o'brien, and else is a quote around it.
_ADDRESS = re.compile(
    r"([^\s@<>\"'(),;:]?)(?:[^\s@<>\"'(),;:]|(?<=[^\s@<>\"'(),;:])')*@([^\s@<>\"'(),;:]+)"
)
#: As the URL of a request has it, which -v shows.
_IN_URL = re.compile(r"([^\s/?&=]?)[^\s/?&=]*%40([^\s/?&=]+)")
#: Views are drawn from many kinds of parts, some of them made while others are drawn.
_VIEWS_MASK: ContextVar[bool] = ContextVar("views mask", default=False)


def masked(text: str) -> str:
    """Return a text with every address in it as ``a***@example.com``."""
    text = _ADDRESS.sub(r"\1***@\2", text)
    return _IN_URL.sub(r"\1***%40\2", text) if "%40" in text else text


@contextmanager
def views_masked() -> Iterator[None]:
    """Mask what :func:`in_view` is given while the block makes views and draws them."""
    token = _VIEWS_MASK.set(True)
    try:
        yield
    finally:
        _VIEWS_MASK.reset(token)


def in_view(text: str) -> str:
    """Return foreign text as a view is to show it."""
    return masked(text) if _VIEWS_MASK.get() else text
