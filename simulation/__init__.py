"""A city of any size, invented from a seed: all twelve extracts as files, with planted truth and planted faults.

Nobody in it exists. Names are put together from syllables. A NIP is structurally valid, but its last three digits are
900-999: they count people with the same birth date, appointment month and sex, so that no real NIP ever gets there. Values
of the columns that must never be stored say of themselves that they are invented (``@contoh.invalid``, NIK from ``0000``).
"""

from simulation.generate import default_period, generate

__all__ = ["default_period", "generate"]
