"""Consoles of Windows, by a stand-in for its library: they obey escape sequences when asked to."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import TYPE_CHECKING

from conftest import Stream

from contactctl.windows import env_of_console

if TYPE_CHECKING:
    from collections.abc import Mapping

TERMINALS = [Stream(terminal=False), Stream(terminal=True)]
STDOUT, STDERR = -11, -12
PROCESSED, OBEYS_ESCAPES = 0x1, 0x4


class Consoles:
    """The two output handles, those that are consoles with their modes."""

    def __init__(self, modes: Mapping[int, int], *, are_old: bool = False) -> None:
        self.modes = dict(modes)
        self.are_old = are_old

    def library(self) -> SimpleNamespace:
        """Return functions, to which ctypes lets one add what they return."""

        def number_of(handle: int) -> int:
            return handle

        def mode_of(handle: ctypes.c_void_p, place: ctypes.c_void_p) -> bool:
            number = _signed(handle)
            if number in self.modes:
                ctypes.cast(place, ctypes.POINTER(ctypes.c_ulong))[0] = self.modes[number]
            return number in self.modes

        def set_mode(handle: ctypes.c_void_p, mode: int) -> bool:
            if not self.are_old:
                self.modes[_signed(handle)] = mode
            return not self.are_old

        return SimpleNamespace(
            GetStdHandle=number_of, GetConsoleMode=mode_of, SetConsoleMode=set_mode
        )


def _signed(handle: ctypes.c_void_p) -> int:
    return ctypes.c_ssize_t(handle.value or 0).value


def test_each_console_is_asked_and_keeps_what_it_did() -> None:
    consoles = Consoles({STDOUT: PROCESSED, STDERR: PROCESSED | 0x8})
    assert env_of_console(TERMINALS, consoles.library()) == {}
    assert consoles.modes == {
        STDOUT: PROCESSED | OBEYS_ESCAPES,
        STDERR: PROCESSED | 0x8 | OBEYS_ESCAPES,
    }


def test_a_stream_that_is_no_console_is_left_alone() -> None:
    consoles = Consoles({STDERR: PROCESSED})
    assert env_of_console(TERMINALS, consoles.library()) == {}
    assert consoles.modes == {STDERR: PROCESSED | OBEYS_ESCAPES}


def test_an_old_console_gets_neither_colour_nor_movement() -> None:
    consoles = Consoles({STDERR: PROCESSED}, are_old=True)
    assert env_of_console(TERMINALS, consoles.library()) == {"TERM": "dumb"}


def test_off_a_terminal_nothing_is_asked() -> None:
    assert env_of_console([Stream(), None]) == {}
