"""The same commands against the real service, for whoever has a key; nothing of it runs by itself.

::

    CONTACTCTL_LIVE_KEY=... pytest tests/cli/test_live.py -m live --record-mode=rewrite

Without ``CONTACTCTL_LIVE_ADDRESS``, an address that may be created and deleted again, only what
reads is run. The recordings hold what the team's account answers: look at them before you share
them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pytest_recording import plugin
from recorded_pool import VCR_CONFIG

if TYPE_CHECKING:
    from conftest import Cli, Done

#: The plugin's own, which conftest has put aside for all other tests.
block_network, vcr = plugin.block_network, plugin.vcr
pytestmark = [pytest.mark.live, pytest.mark.vcr]

KEY = os.environ.get("CONTACTCTL_LIVE_KEY", "")
ADDRESS = os.environ.get("CONTACTCTL_LIVE_ADDRESS", "")


@pytest.fixture(scope="module")
def vcr_config() -> dict[str, Any]:
    return VCR_CONFIG


@pytest.fixture(scope="module")
def vcr_cassette_dir() -> str:
    return str(Path(__file__).with_name("recorded_from_the_service"))


def ask(cli: Cli, *words: str) -> Done:
    if not KEY:
        pytest.skip("CONTACTCTL_LIVE_KEY is not set")
    return cli(*words, env={"LOOPS_API_KEY": KEY})


@pytest.mark.parametrize("line", ["profile check", "lists", "properties list"])
def test_what_only_reads_is_answered(cli: Cli, line: str) -> None:
    done = ask(cli, *line.split(), "-o", "json")
    assert (done.code, done.err) == (0, "")


def test_nobody_is_found_under_an_address_that_nobody_has(cli: Cli) -> None:
    assert ask(cli, "find", "--email", "nobody.at.all@contactctl.example").code == 3


def test_a_key_that_is_none_is_refused(cli: Cli) -> None:
    if not KEY:
        pytest.skip("CONTACTCTL_LIVE_KEY is not set")
    assert cli("lists", env={"LOOPS_API_KEY": "not-a-key"}).code == 4


@pytest.mark.skipif(not ADDRESS, reason="CONTACTCTL_LIVE_ADDRESS is not set")
def test_a_contact_from_creation_to_deletion(cli: Cli) -> None:
    who = ("--email", ADDRESS)
    assert ask(cli, "create", *who, "--first-name", "Contactctl").code == 0
    assert ask(cli, "create", *who).code == 5
    assert ask(cli, "update", *who, "--must-exist", "--unset", "firstName").code == 0
    assert ask(cli, "find", *who, "--field", "firstName").out == "\n"
    assert ask(cli, "delete", *who, "--yes").code == 0
    assert ask(cli, "delete", *who, "--yes").code == 3
