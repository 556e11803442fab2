"""All figures of the README's "What it costs", each beside a baseline of the same run.

Run by hand:  .venv/bin/python tests/benchmarks
Takes less than five minutes; each part takes more where it is run by itself, as it says.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: Each part with what makes it short.
PARTS = (
    ("startup.py",),
    ("distance.py",),
    ("bulk.py", "300000"),
    ("contention.py", "100"),
    ("sharing.py", "--simulate"),
    ("served.py", "5000"),
)


def main() -> None:
    """Run one part after the other; end as the first that fails."""
    folder = Path(__file__).parent
    for part, *words in PARTS:
        print(f"\n{part} {' '.join(words)}".rstrip(), flush=True)
        done = subprocess.run([sys.executable, str(folder / part), *words], check=False)
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
