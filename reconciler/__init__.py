"""Users of a contact centre declared as YAML in git, planned, applied and proven by a re-read."""

from typing import Final

__version__: Final = "0.1.0"
