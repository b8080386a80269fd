"""The module of the parameters that the shell completes of a device that it never asked."""

from __future__ import annotations

from homevolt.simulator.device.parameters import PARAMETERS
from tools.docs_tables import ROOT

FILE = ROOT / "src" / "homevolt" / "cli" / "parameter_names.py"
HEAD = '''"""The names of the parameters that are completed until a device has named its own.

Written by `python -m tools.generate` from `homevolt.simulator.device.parameters`; change it there.
"""

PARAMETER_NAMES = (
'''


def text() -> str:
    """Return `homevolt/cli/parameter_names.py`."""
    names = sorted(parameter.name for parameter in PARAMETERS)
    return HEAD + "".join(f'    "{name}",\n' for name in names) + ")\n"
