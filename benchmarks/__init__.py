"""Timings of whole runs; never part of a test."""
