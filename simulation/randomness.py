"""Random numbers by purpose, so that a change in one part of the simulation leaves every other part as it was."""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Return a generator of its own for each purpose."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])


def hex_id(*parts: object) -> str:
    """Return a 32-digit hexadecimal id, as SIASN gives them, made from what it names."""
    return hashlib.md5("/".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest().upper()


def pick(rng: np.random.Generator, options: list[str] | tuple[str, ...], n: int, weights: Any = None) -> Array:
    """``n`` of the options, as an object array."""
    shares = None if weights is None else np.asarray(weights, dtype=float) / np.sum(weights)
    return np.array(options, dtype=object)[rng.choice(len(options), n, p=shares)]


def round_by_chance(rng: np.random.Generator, values: Array) -> Array:
    """Whole numbers whose expectation is the value: 2.3 becomes 3 in three cases of ten."""
    return np.floor(values + rng.random(values.shape)).astype(np.int64)
