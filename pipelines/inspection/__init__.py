"""A file inspected before it is delivered: everything that would happen to it, nothing stored, words for whoever mends it."""

from pipelines.inspection.check import run_check
from pipelines.inspection.examine import inspect_file

__all__ = ["inspect_file", "run_check"]
