"""Moves data from the landing area to a release. Plain functions; Dagster only in ``definitions`` and ``defs``."""
