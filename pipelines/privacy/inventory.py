"""What is stored of each class of data, and where, as declared: what the pages say, what the canary tests hold the code to."""

from __future__ import annotations

STORED_AS: dict[str, str] = {
    "forbidden": "nothing: the column is dropped by its header, as is every column that no contract names",
    "withheld": "nothing in accepted rows: it is checked for presence",
    "pseudonymised": "a keyed hash of the NIP, `employee_key`",
    "generalised": "something coarser: birth date as year, age as band",
    "masked": "the text with numbers, addresses and names replaced, as far as they are found",
    "internal": "the value; about work, services and money",
}
"""Classes of the contracts."""

PLACES: dict[str, tuple[str, ...]] = {
    "forbidden": (),
    "withheld": ("lake/rejected",),
    "masked": ("lake/rejected",),
    "pseudonymised": ("lake/rejected",),
    "generalised": ("lake/rejected",),
}
"""Folders of the home in which the text of a class stands as the office wrote it; the office's own files apart.

Beside them only the workbooks that somebody asks for show it: `asn check --format xlsx` and `asn report`, of mode 0600, for the office
whose rows they are.
"""
