"""Dagster definitions, one module for each concept. Decorators stand only here; what they call are plain functions."""
