"""What a program loads, measured in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys


def loaded_by(program: str) -> set[str]:
    """Return the names of all modules that a fresh interpreter holds after a program."""
    report = "\nimport sys\nprint(*sys.modules, sep='\\n', file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", program + report], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def foreign(modules: set[str]) -> set[str]:
    """Return the top-level packages among modules that Python does not bring along."""
    packages = {name.partition(".")[0] for name in modules} - set(sys.stdlib_module_names)
    # Python's own too, but named after the platform it was built for.
    return {name for name in packages if not name.startswith("_sysconfigdata")}
