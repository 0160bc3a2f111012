"""The employees: who they are and where they start.

An NIP made here has the form of a real one (birth date, appointment, sex, sequence) but cannot be one: the last three
digits count the people with the same birth date, the same month of appointment and the same sex, from 001. Nobody has
ever reached 900 of them, so sequences here begin at 900, and every NIP in a delivery can be seen to be invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation import names
from simulation.jobs import FUNCTIONAL, SHARE_OF_CRAFT, Jobs
from simulation.randomness import Array, pick, stream

if TYPE_CHECKING:
    from datetime import date

    from simulation.city import City

FIRST_SEQUENCE = 900
LEAST_EMPLOYEES = 100
FAMILIES = ("general", "teachers", "health")
PPPK_SHARE = {"general": 0.2, "teachers": 0.5, "health": 0.3}
FEMALE_SHARE = {"general": 0.42, "teachers": 0.7, "health": 0.74}
PNS_RANKS = ("11", "12", "13", "14", "21", "22", "23", "24", "31", "32", "33", "34", "41", "42", "43", "44", "45")
ENTRY_RANK = {"15": 4, "30": 6, "40": 8, "35": 8, "45": 9, "50": 10}
TOP_RANK = {"15": 9, "30": 11, "40": 12, "35": 12, "45": 14, "50": 16}
PPPK_RANK = {"15": "V", "30": "VII", "35": "IX", "40": "IX", "45": "X", "50": "XI"}


@dataclass
class People:
    """One element for each person who is ever employed; ``joins_on`` is NaT for those present from the start."""

    nips: Array
    full_names: Array
    born: Array
    is_male: Array
    families: Array
    statuses: Array
    educations: Array
    graduated: Array
    appointed: Array
    units: Array
    positions: Array
    ranks: Array
    joins_on: Array
    ability: Array

    def __len__(self) -> int:
        return len(self.nips)


def _places(rng: np.random.Generator, city: City, employees: int) -> tuple[Array, Array]:
    """Return unit and family of work of each person: the least that a unit needs, then by its weight."""
    weights = np.array([[unit.general, unit.teachers, unit.health] for unit in city.units])
    least = np.array([unit.minimum for unit in city.units])
    per_unit = weights.sum(axis=1)
    expected = per_unit / per_unit.sum() * max(0, employees - least.sum())
    counts = least + np.floor(expected).astype(int)
    order = np.argsort(np.floor(expected) - expected, kind="stable")
    counts[order[: max(0, employees - counts.sum())]] += 1
    units = np.repeat(np.arange(len(counts)), counts)[:employees]
    general_only = np.tile([1.0, 0.0, 0.0], (len(weights), 1))
    shares = np.divide(weights, per_unit[:, None], out=general_only, where=per_unit[:, None] > 0)
    draws = rng.random(len(units))[:, None] > np.cumsum(shares[units], axis=1)
    return units, np.array(FAMILIES, dtype=object)[np.minimum(draws.sum(axis=1), 2)]


def _positions(rng: np.random.Generator, city: City, jobs: Jobs, units: Array, families: Array) -> Array:
    """Return a craft and level for functional staff.

    Executors for the others, informants where public transport is explained.
    """
    n = len(units)
    positions = rng.choice(np.array(jobs.executors[:-2]), n)
    is_craft = (families != "general") | (rng.random(n) < 0.3)
    for family in FAMILIES:
        crafts = FUNCTIONAL[family]
        craft_of = rng.choice(len(crafts), n, p=np.array(SHARE_OF_CRAFT[family]))
        for number, (_, _, shares) in enumerate(crafts):
            chosen = (families == family) & is_craft & (craft_of == number)
            levels = rng.choice(len(shares), n, p=np.array(shares) / sum(shares))
            positions[chosen] = np.array(jobs.crafts[family][number])[levels[chosen]]
    informs = (city.offices[units] == "DISHUB") & np.isin(positions, jobs.executors) & (rng.random(n) < 0.35)
    positions[informs] = jobs.executors[-2]
    serves = (city.service_of[units] >= 0) & np.isin(positions, jobs.executors[:-2]) & (rng.random(n) < 0.25)
    positions[serves] = jobs.executors[-1]
    return positions


def _careers(rng: np.random.Generator, today: date, families: Array, levels: Array, joins: Array) -> tuple[Array, ...]:
    """Birth, appointment, employment status and education that fit each other and the level of the position."""
    n = len(families)
    is_new = ~np.isnat(joins)
    share = np.array([PPPK_SHARE[family] for family in families]) * np.where(levels >= 3, 0.25, 1.0) * (levels < 4)
    is_pppk = rng.random(n) < np.where(is_new, 0.5, share)
    is_cpns = ~is_pppk & (is_new | ((levels <= 2) & (rng.random(n) < 0.02)))
    now = np.datetime64(today)
    years = np.clip(rng.normal(4 + 5.5 * levels, 5), 1.2, 33)
    years[is_pppk] = rng.uniform(1.0, 4.8, is_pppk.sum())
    years[is_cpns] = rng.uniform(0.2, 0.9, is_cpns.sum())
    appointed = now - (years * 365.25).astype(np.int64).astype("timedelta64[D]")
    appointed[is_new] = joins[is_new]
    appointed = appointed.astype("datetime64[M]").astype("datetime64[D]")
    oldest = 57.5 - (now - appointed).astype(np.int64) / 365.25
    age_then = np.clip(rng.normal(np.where(is_pppk, 32, 26), 4), 20, 40)
    age_then = np.maximum(np.minimum(age_then, oldest), 19)
    born = appointed - ((age_then + rng.random(n)) * 365.25).astype(np.int64).astype("timedelta64[D]")
    statuses = np.where(is_pppk, "PPPK", np.where(is_cpns, "CPNS", "PNS")).astype(object)
    educations = pick(rng, ("15", "30", "40", "45"), n, (0.3, 0.2, 0.45, 0.05))
    is_expert = (levels >= 2) | (families == "teachers")
    educations[is_expert] = pick(rng, ("40", "35", "45", "50"), n, (0.7, 0.06, 0.22, 0.02))[is_expert]
    return born, appointed, statuses, educations


def _nips(rng: np.random.Generator, born: Array, appointed: Array, is_pppk: Array, is_male: Array) -> Array:
    """Structurally valid and evidently invented, see the module."""
    months = np.where(is_pppk, 21, appointed.astype("datetime64[M]").astype(int) % 12 + 1)
    years = appointed.astype("datetime64[Y]").astype(int) + 1970
    days = np.char.replace(np.datetime_as_string(born, unit="D"), "-", "")
    stems = pd.Series([f"{d}{y:04d}{m:02d}{1 if male else 2}" for d, y, m, male in zip(days, years, months, is_male, strict=True)])
    within = stems.groupby(stems).cumcount().to_numpy()
    if within.max(initial=0) >= 1000 - FIRST_SEQUENCE:
        raise ValueError("more people share birth date, appointment and sex than there are invented sequences: use fewer employees")
    codes, distinct = pd.factorize(stems)
    sequence = FIRST_SEQUENCE + (rng.integers(0, 100, len(distinct))[codes] + within) % 100
    return np.array([f"{stem}{number:03d}" for stem, number in zip(stems, sequence, strict=True)], dtype=object)


def _ranks(today: date, appointed: Array, educations: Array, is_pppk: Array) -> Array:
    """Let a PNS rise about every four years from the rank of his education to its top.

    A PPPK has the rank of his education.
    """
    years = (np.datetime64(today) - appointed).astype(np.int64) / 365.25
    first = np.array([ENTRY_RANK[education] for education in educations])
    top = np.array([TOP_RANK[education] for education in educations])
    steps = np.clip(np.floor(years / 4.2), 0, 12).astype(int)
    ranks = np.array(PNS_RANKS, dtype=object)[np.clip(first + steps, 0, top)]
    ranks[is_pppk] = np.array([PPPK_RANK[education] for education in educations], dtype=object)[is_pppk]
    return ranks


def build_people(seed: int, city: City, jobs: Jobs, employees: int, today: date, joins: Array) -> People:
    """Everybody: ``employees`` from the start, and one person more for each date in ``joins``."""
    if employees < LEAST_EMPLOYEES:
        raise ValueError(f"a city needs at least {LEAST_EMPLOYEES} employees, not {employees}")
    rng = stream(seed, "people")
    units, families = _places(rng, city, employees)
    positions = _positions(rng, city, jobs, units, families)
    for person in np.unique(units, return_index=True)[1]:
        if (head := jobs.head_of.get(int(units[person]))) is not None:
            positions[person], families[person] = head, "general"
    models = rng.choice(np.flatnonzero(~np.isin(positions, list(jobs.head_of.values()))), len(joins))
    entries = [_entry(jobs, families[model], int(positions[model])) for model in models]
    units, families = np.concatenate([units, units[models]]), np.concatenate([families, families[models]])
    positions = np.concatenate([positions, np.array(entries, dtype=positions.dtype)])
    joins_on = np.concatenate([np.full(employees, np.datetime64("NaT"), dtype="datetime64[D]"), joins.astype("datetime64[D]")])
    born, appointed, statuses, educations = _careers(rng, today, families, jobs.levels[positions], joins_on)
    is_male = rng.random(len(units)) > np.array([FEMALE_SHARE[family] for family in families])
    is_pppk = statuses == "PPPK"
    return People(
        nips=_nips(rng, born, appointed, is_pppk, is_male),
        full_names=names.people(rng, is_male),
        born=born,
        is_male=is_male,
        families=families,
        statuses=statuses,
        educations=educations,
        graduated=born.astype("datetime64[Y]").astype(int) + 1970 + np.where(educations == "15", 18, 23),
        appointed=appointed,
        units=units,
        positions=positions,
        ranks=_ranks(today, appointed, educations, is_pppk),
        joins_on=joins_on,
        ability=rng.normal(0, 1, len(units)),
    )


def _entry(jobs: Jobs, family: str, position: int) -> int:
    """Newcomers begin on the lowest level of their craft."""
    return next((ladder[0] for ladder in jobs.crafts[family] if position in ladder), position)
