"""Which licences the dependencies have: what `make licences` writes into docs/licences.md, and what a test holds each of them to.

Read from what each installed distribution says of itself; where it says nothing, ``UNSAID`` says it, with its source.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "licences.md"
OWN = "asn-competency-warehouse"

SPDX = {
    "mit license": "MIT",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "bsd": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "python software foundation license": "PSF-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "isc license (iscl)": "ISC",
    "gnu library or lesser general public license (lgpl)": "LGPL-3.0-or-later",
    "gnu general public license (gpl)": "GPL-3.0-only",
    "gnu general public license v2 or later (gplv2+)": "GPL-2.0-or-later",
    "public domain": "Unlicense",
    "artistic license": "Artistic-1.0",
}
"""What classifiers say, as SPDX writes it."""

PERMITTED = {
    "0BSD", "Apache-2.0", "Artistic-1.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "LGPL-3.0-or-later", "MIT", "MIT-0",
    "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip
"""Licences under which a city may run, change and pass on this program. LGPL and MPL ask for the source of the dependency alone."""

UNSAID = {"axe-playwright-python": "MIT"}
"""Licence of a distribution that does not say it, from the LICENSE file of its repository."""


class Licensed(NamedTuple):
    name: str
    licence: str
    needed_to: str


def folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(distribution: Distribution) -> str:
    """An SPDX expression; several classifiers are a choice."""
    said = distribution.metadata
    if expression := said.get("License-Expression"):
        return str(expression)
    classifiers = [text.rpartition("::")[2].strip() for text in said.get_all("Classifier", []) if text.startswith("License ::")]
    first = (said.get("License") or "").strip().splitlines()[:1]
    named = [text for text in classifiers if text != "OSI Approved"] or first
    return " OR ".join(SPDX.get(text.lower(), text) for text in named) or UNSAID.get(folded(said["Name"]), "")


def is_permitted(expression: str) -> bool:
    """Every licence of a sum, or one of a choice."""
    bare = expression.replace("(", " ").replace(")", " ")
    parts = re.split(r"\s+AND\s+", bare) if " AND " in bare else [bare]
    return bool(bare.strip()) and all(any(one.strip() in PERMITTED for one in re.split(r"\s+OR\s+", part)) for part in parts)


def locked() -> list[dict[str, Any]]:
    """The packages of uv.lock, whatever the platform; one that two versions of Python need in two versions stands there twice."""
    packages: list[dict[str, Any]] = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    return packages


def needed_by(dependencies: list[dict[str, Any]]) -> set[str]:
    """Names of the packages that some dependencies bring with them, through all that these need."""
    packages, found = locked(), set[tuple[str, str]]()
    waiting = list(dependencies)
    while waiting:
        one = waiting.pop()
        for extra in {"", *one.get("extra", [])}:
            if (one["name"], extra) not in found:
                found.add((one["name"], extra))
                needs = [package.get("optional-dependencies", {}).get(extra, []) if extra else package.get("dependencies", [])
                         for package in packages if package["name"] == one["name"]]  # fmt: skip
                waiting += [need for of_version in needs for need in of_version]
    return {name for name, _ in found}


def uses() -> dict[str, str]:
    """What each locked package is needed to: run the program, run it with one of its extras (the first that needs it), or develop it."""
    [own] = [package for package in locked() if package["name"] == OWN]
    found = dict.fromkeys(needed_by(own["dependencies"]), "run")
    for extra, dependencies in sorted(own["optional-dependencies"].items()):
        found = dict.fromkeys(needed_by(dependencies), f"run with {extra}") | found
    return {package["name"]: found.get(package["name"], "develop") for package in locked() if package["name"] != OWN}


def installed() -> list[Licensed]:
    """Every locked distribution that is installed here."""
    needed_to = uses()
    found = {folded(one.metadata["Name"]): one for one in distributions()}
    return [Licensed(name, licence_of(one), needed_to[name]) for name, one in sorted(found.items()) if name in needed_to]


def page() -> str:
    rows = installed()
    counts = Counter(row.needed_to for row in rows)
    table = "\n".join(f"| {row.name} | {row.licence} | {row.needed_to} |" for row in rows)
    return (
        "# Licences of the dependencies\n\n"
        "Written by `make licences` from what each installed package says of itself; a test holds every one to a list of licences under which a\n"
        f"city may run, change and pass on this program. This program is Apache-2.0. {counts['run']} packages are needed to run it, "
        f"{counts['develop']} only to develop it,\nthe others only where an extra of that name is installed.\n\n"
        f"| package | licence (SPDX) | needed to |\n| --- | --- | --- |\n{table}\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written: {PAGE.relative_to(ROOT)}")
