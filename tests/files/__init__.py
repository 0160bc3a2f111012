"""Makers of test files: invented people, the dialects in which offices write them, and files that are damaged or mean harm.

Belongs here: bytes, cells, and for each file the one sentence of what must become of it. Does not belong here: how that is checked.
"""
