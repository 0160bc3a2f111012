"""Invented names of people. Syllables, not a list of persons: whatever comes out belongs to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.randomness import pick

if TYPE_CHECKING:
    import numpy as np

    from simulation.randomness import Array

_HEADS = (
    "Ar",
    "Bin",
    "Cah",
    "Dar",
    "El",
    "Far",
    "Gun",
    "Har",
    "Ir",
    "Jun",
    "Kar",
    "Lim",
    "Mar",
    "Nur",
    "Pan",
    "Rin",
    "Sar",
    "Tam",
    "Wir",
    "Yun",
)
_MIDDLES = ("an", "ti", "du", "la", "mo", "sa", "wi", "ka", "ni", "ro")
_MALE_ENDS = ("to", "man", "din", "yo", "don", "mad", "sen", "tor")
_FEMALE_ENDS = ("wati", "ni", "yah", "sih", "na", "tika", "lina", "ria")
_SECOND = (
    "Mandala",
    "Purnama",
    "Cempaka",
    "Kencana",
    "Samudra",
    "Angkasa",
    "Lestari",
    "Pelita",
    "Bahari",
    "Cendana",
    "Melati",
    "Rimba",
    "Embun",
    "Fajar",
    "Senja",
    "Gading",
    "Permata",
    "Kirana",
    "Dahlia",
    "Belantara",
)


def people(rng: np.random.Generator, is_male: Array) -> Array:
    """One invented name for each person."""
    n = len(is_male)
    ends = pick(rng, _MALE_ENDS, n)
    ends[~is_male] = pick(rng, _FEMALE_ENDS, n)[~is_male]
    return pick(rng, _HEADS, n) + pick(rng, _MIDDLES, n) + ends + " " + pick(rng, _SECOND, n)
