"""A real import, killed at random moments and resumed: nothing lost, nothing falsely done."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from chained_rows import dumped, number_in
from import_process import Importing, journal_of, number_of
from import_trial import Trial
from sandbox_http import slow

from contactctl.sandbox.app import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LATENCY_S = 0.01
LOOKING = ("--lookup",)


@dataclass
class Battered(Trial):
    """An import that is killed again and again; ``done`` is what its journal says is done."""

    done: set[int] = field(default_factory=set)
    kills: int = 0
    flags: tuple[str, ...] = ()

    @property
    def chance(self) -> random.Random:
        return random.Random(f"{self.seed} {self.kills}")  # noqa: S311 - the same kills each time

    def words(self) -> list[str]:
        """Return what to call: the first run may have been killed before it was one."""
        begun = any((self.state / "imports").glob("*.journal"))
        return ["--rate=max", *self.flags, *(["--resume"] if begun else [])]

    def run_and_kill(self, most_rows: int) -> None:
        """Run until a random moment: a time of the start, or so many answers, and a bit."""
        before, chance = len(self.log.writes), self.chance
        with self.run(*self.words()) as run:
            if chance.random() < 0.15:
                time.sleep(chance.uniform(0, 0.3))
            else:
                self.log.wait_for(before + chance.randrange(most_rows), run)
                time.sleep(chance.uniform(0, LATENCY_S))
            run.kill()
        self.kills += 1
        self.log.wait_until_idle()
        self.check_after(run, before)

    def check_after(self, run: Importing, before: int) -> None:
        """Hold the journal against what the service has, and against what was told."""
        results = journal_of(self.state, self.folder)
        done = {n: result.id for n, result in results.items() if result.status == "done"}
        assert self.done <= done.keys(), "what was done is done"
        assert done.keys() <= {number_in(payload["note"]) for payload in self.log.applied}
        last_words = {item["id"]: number_in(item["note"]) for item in dumped(self.sandbox)}
        assert [n for n, found in done.items() if last_words[found] < n] == []
        self.check_not_sent_again(before)
        self.done = set(done)
        assert {number_of(row) for row in run.rows if row["status"] == "done"} <= self.done

    def check_not_sent_again(self, before: int) -> None:
        """Hold what was sent since against what was done by then."""
        sent = {number_in(write.payload["note"]) for write in self.log.writes[before:]}
        assert not sent & self.done


@pytest.mark.parametrize(
    ("seed", "kills", "count", "flags"),
    [
        (1, 3, 75, ()),
        (5, 3, 75, LOOKING),
        pytest.param(4, 200, 12_000, (), marks=pytest.mark.slow),
        pytest.param(7, 200, 12_000, LOOKING, marks=pytest.mark.slow),
    ],
)
def test_killed_again_and_again_it_ends_as_if_never_killed(  # noqa: PLR0913, PLR0917 - a case
    tmp_path: Path,
    own_folders: Mapping[str, str],
    seed: int,
    kills: int,
    count: int,
    flags: tuple[str, ...],
) -> None:
    """With a look as well: what was written and not recorded is found to be there already."""
    import_ = Battered(tmp_path, own_folders, count, seed, flags=flags)
    with import_.serve(Settings(script=slow(LATENCY_S))):
        for _ in range(kills):
            import_.run_and_kill(most_rows=count // kills)
        before = len(import_.log.writes)
        with import_.run(*import_.words()) as run:
            assert run.end(most_s=900) == import_.code
    import_.check_not_sent_again(before)
    import_.check_end(kills=kills)
