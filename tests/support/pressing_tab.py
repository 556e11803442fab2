"""Presses Tab, as the completion scripts do but in this process."""

from __future__ import annotations

import io

from contactctl.completion.cursor import answer


class Tab:
    """Presses Tab behind some words; the last of them is the word at the cursor."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env

    def lines(self, *words: str, at: str = "bash") -> list[str]:
        stdout = io.StringIO()
        own = {"_CONTACTCTL_COMPLETE": at, "_CONTACTCTL_WORD": words[-1]}
        assert answer(words[:-1], {**self.env, **own}, stdout) == 0
        return stdout.getvalue().splitlines()

    def __call__(self, *words: str, at: str = "bash") -> list[str]:
        """Return the texts that are offered for a word, without the part of it that stays."""
        return [line.partition("\t")[0] for line in self.lines(*words, at=at)[1:]]
