"""All figures of the README's "What it costs", each beside a baseline of the same run.

Run by hand:  .venv/bin/python tests/benchmarks
Takes about three minutes; each part takes more where it is run by itself, as it says.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

#: Each part with what makes it short.
PARTS = (
    ("startup.py", "11"),
    ("distance.py", "11"),
    ("bulk.py", "100000"),
    ("contention.py", "50"),
    ("sharing.py", "--simulate"),
    ("served.py", "2000"),
)


def main() -> None:
    """Run one part after the other; end as the first that fails."""
    folder = Path(__file__).parent
    for part, *words in PARTS:
        print(f"\n{part} {' '.join(words)}".rstrip(), flush=True)
        began = time.monotonic()
        done = subprocess.run([sys.executable, str(folder / part), *words], check=False)
        print(f"took {time.monotonic() - began:.0f} s")
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
