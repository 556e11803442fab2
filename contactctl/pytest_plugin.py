"""The pytest plugin: the fixture ``loops_sandbox``, and nothing imported until a test asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contactctl.testing import LoopsSandbox


@pytest.fixture(scope="session")
def _loops_sandbox_of_session() -> Iterator[LoopsSandbox]:
    from contactctl import testing

    with testing.loops_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def loops_sandbox(_loops_sandbox_of_session: LoopsSandbox) -> LoopsSandbox:
    """Serve a sandbox of Loops on loopback, as it is at the beginning, without a contact."""
    _loops_sandbox_of_session.reset()
    return _loops_sandbox_of_session
