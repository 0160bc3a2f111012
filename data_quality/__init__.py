"""What good data is, and the record of how good it was.

Belongs here: contracts, the Great Expectations suites made from them, validation and its results.
Does not belong here: reading files, writing the lake, Dagster.
"""
