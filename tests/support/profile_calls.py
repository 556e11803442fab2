"""Profiles added by the program, and the file that they end up in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.profiles.store import ProfileBook, ProfileStore

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Done

SECRET = "canary-0123456789abcdef"
URL = "https://app.loops.so/api"
ADD = ("profile", "add", "--no-check")


def book_at(path: Path) -> ProfileBook:
    return ProfileStore(path).load()


def add(cli: Cli, name: str, *words: str) -> Done:
    """Add a profile whose key is in a variable, unless other words say otherwise."""
    done = cli(*ADD, name, *(words or ("--key-env", "WORK_KEY")))
    assert done.code == 0, done.err
    return done
