"""A city of any size, invented from a seed: all extracts as files, with planted effects and planted faults.

Nobody in it exists; see ``people`` for how that can be seen.
"""

from simulation.generate import default_period, generate
from simulation.truth import Truth

__all__ = ["Truth", "default_period", "generate"]
