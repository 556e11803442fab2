"""What the error codes of sockets mean."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def words_of(code: int, windows: Mapping[int, str] | None = None) -> str:
    """Return what a code of a socket means; those of Windows, ``windows``, have words of their own.

    To :func:`os.strerror` they are unknown.
    """
    known = getattr(socket, "errorTab", {}) if windows is None else windows
    return known.get(code, "").rstrip(".") or os.strerror(code)
