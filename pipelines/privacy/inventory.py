"""Where data of each class may stand, as declared: what the pages say, what the canary test holds the code to."""

from __future__ import annotations

PLACES: dict[str, tuple[str, ...]] = {
    "forbidden": (),
    "withheld": ("lake/rejected",),
    "masked": ("lake/rejected",),
    "pseudonymised": ("lake/rejected",),
}
"""Folders of the home in which the text of a class stands as the office wrote it; the office's own files apart.

Beside them only the workbooks that somebody asks for show it: `asn check --format xlsx` and `asn report`, of mode 0600, for the office
whose rows they are. Columns that are in no contract are treated as forbidden.
"""
