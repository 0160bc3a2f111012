"""What happens to people between two snapshots: they join, leave, move, and are promoted."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.people import PNS_RANKS, TOP_RANK, People
from simulation.randomness import Array, stream

if TYPE_CHECKING:
    from datetime import date

    from simulation.city import City
    from simulation.jobs import Jobs

YEARLY_JOINS = 0.035
YEARLY_LEAVES = 0.035
YEARLY_MOVES = 0.025
YEARLY_RANKS = 0.16
YEARLY_LEVELS = 0.03
_NEXT_RANK = dict(pairwise(PNS_RANKS))


@dataclass
class State:
    """The employees on one day; every array has one element for each person who is ever employed."""

    day: date
    is_present: Array
    units: Array
    positions: Array
    position_since: Array
    ranks: Array
    rank_since: Array
    statuses: Array
    legal: Array
    supervisors: Array


@dataclass
class Careers:
    """The states of all snapshot days."""

    states: list[State]

    def on(self, day: date) -> State:
        """Return the state in force on a day: that of the last snapshot until then."""
        return self.states[max(0, bisect_right([state.day for state in self.states], day) - 1)]


def join_dates(seed: int, employees: int, start: date, end: date) -> Array:
    """Return the days on which newcomers begin: firsts of months after the start."""
    months = np.arange(np.datetime64(start, "M") + 1, np.datetime64(end, "M") + 1).astype("datetime64[D]")
    if not len(months):
        return months
    return np.sort(stream(seed, "joins").choice(months, round(employees * YEARLY_JOINS * len(months) / 12)))


def histories(seed: int, city: City, jobs: Jobs, people: People, days: list[date]) -> Careers:
    """Return the state of everybody on each of the days, in order."""
    rng = stream(seed, "careers")
    first = np.datetime64(days[0])
    tenure = np.minimum((first - people.appointed).astype(np.int64).clip(0), 1500)
    since = first - (rng.random(len(people)) * tenure).astype(np.int64).astype("timedelta64[D]")
    since = np.maximum(since.astype("datetime64[M]").astype("datetime64[D]"), people.appointed)
    legal = rng.choice(np.array(["1", "3", "2"], dtype=object), len(people), p=(0.985, 0.011, 0.004))
    present = np.isnat(people.joins_on)
    supervisors = _supervisors(city, jobs, people.units, people.positions, present)
    states = [
        State(
            days[0],
            present,
            people.units,
            people.positions,
            since,
            people.ranks,
            since.copy(),
            people.statuses,
            legal,
            supervisors,
        )
    ]
    for earlier, day in pairwise(days):
        states.append(_step(rng, city, jobs, people, states[-1], day, (day - earlier).days / 365.25))
    return Careers(states)


def _step(rng: np.random.Generator, city: City, jobs: Jobs, people: People, state: State, day: date, years: float) -> State:
    n = len(people)
    today = np.datetime64(day)
    is_joining = ~state.is_present & (people.joins_on <= today) & (people.joins_on > np.datetime64(state.day))
    present = (state.is_present & (rng.random(n) >= YEARLY_LEAVES * years)) | is_joining
    units, positions, since = state.units.copy(), state.positions.copy(), state.position_since.copy()
    ranks, rank_since, statuses = state.ranks.copy(), state.rank_since.copy(), state.statuses.copy()
    since[is_joining] = rank_since[is_joining] = people.joins_on[is_joining]
    is_head = np.isin(positions, list(jobs.head_of.values()))
    _move(rng, people, units, since, present & ~is_head & (rng.random(n) < YEARLY_MOVES * years), today)
    upper = jobs.next_in_ladder[positions]
    climbs = present & (upper >= 0) & (statuses == "PNS") & (rng.random(n) < YEARLY_LEVELS * years)
    positions[climbs], since[climbs] = upper[climbs], today
    top = np.array(PNS_RANKS, dtype=object)[[TOP_RANK[education] for education in people.educations]]
    rises = present & (statuses == "PNS") & (ranks != top) & (rng.random(n) < YEARLY_RANKS * years)
    ranks[rises] = [_NEXT_RANK.get(rank, rank) for rank in ranks[rises]]
    rank_since[rises] = today
    statuses[present & (statuses == "CPNS") & ((today - people.appointed).astype(np.int64) > 365)] = "PNS"
    _succeed(rng, city, jobs, people, present, units, positions, since, today)
    supervisors = _supervisors(city, jobs, units, positions, present)
    return State(day, present, units, positions, since, ranks, rank_since, statuses, state.legal, supervisors)


def _move(rng: np.random.Generator, people: People, units: Array, since: Array, chosen: Array, today: np.datetime64) -> None:
    """People change places within their family of work, so that schools keep teachers and offices keep staff."""
    for family in ("general", "teachers", "health"):
        movers = np.flatnonzero(chosen & (people.families == family))
        if len(movers) > 1:
            units[movers] = units[rng.permutation(movers)]
            since[movers] = today


def _succeed(
    rng: np.random.Generator,
    city: City,
    jobs: Jobs,
    people: People,
    present: Array,
    units: Array,
    positions: Array,
    since: Array,
    today: np.datetime64,
) -> None:
    """Replace a head who has left by one of the office's staff."""
    held = set(positions[present].tolist())
    once = set(people.positions.tolist())
    is_staff = present & ~np.isin(positions, list(jobs.head_of.values())) & (people.families == "general") & (people.statuses == "PNS")
    for unit, position in jobs.head_of.items():
        if position in held or position not in once:
            continue
        candidates = np.flatnonzero(is_staff & (city.offices[units] == city.units[unit].office))
        if len(candidates) > 1:
            person = int(rng.choice(candidates))
            units[person], positions[person], since[person], is_staff[person] = unit, position, today, False


def _supervisors(city: City, jobs: Jobs, units: Array, positions: Array, present: Array) -> Array:
    """Return the head of a person's unit, or of the nearest unit above that has one; -1 at the very top."""
    head = np.full(len(city.units), -1)
    unit_of = {position: unit for unit, position in jobs.head_of.items()}
    for person in np.flatnonzero(present & np.isin(positions, list(unit_of))):
        head[unit_of[int(positions[person])]] = person
    above = np.full(len(city.units), -1)
    for index, unit in enumerate(city.units):  # parents come before their children
        above[index] = head[unit.parent] if unit.parent >= 0 else -1
        if head[index] < 0:
            head[index] = above[index]
    own = head[units]
    return np.where(own == np.arange(len(units)), above[units], own)


def employees_frame(seed: int, city: City, jobs: Jobs, people: People, state: State) -> pd.DataFrame:
    """Return the extract hr/pegawai on a day.

    What the warehouse must drop is filled with values nobody could take for real.
    """
    here = np.flatnonzero(state.is_present)
    positions, units, supervisors = state.positions[here], state.units[here], state.supervisors[here]
    families, educations = people.families[here], people.educations[here]
    degree = np.where(families == "teachers", "S.Pd.", "S.Sos.")
    return pd.DataFrame(
        {
            "nip_baru": people.nips[here],
            "nama": people.full_names[here],
            "gelar_depan": np.where((families == "health") & (educations == "45"), "dr.", ""),
            "gelar_belakang": np.where(educations.astype(int) >= 35, degree, ""),
            "tanggal_lahir": people.born[here].astype("datetime64[s]"),
            "jenis_kelamin": np.where(people.is_male[here], "M", "F"),
            "status_kepegawaian": state.statuses[here],
            "kedudukan_hukum_id": state.legal[here],
            "gol_akhir_id": state.ranks[here],
            "tmt_golongan": state.rank_since[here].astype("datetime64[s]"),
            "jenis_jabatan_id": jobs.types[positions],
            "jabatan_id": jobs.ids[positions],
            "jabatan_nama": jobs.names[positions],
            "eselon_id": jobs.echelons[positions],
            "tmt_jabatan": state.position_since[here].astype("datetime64[s]"),
            "tingkat_pendidikan_id": educations,
            "tahun_lulus": people.graduated[here],
            "unor_id": city.ids[units],
            "unor_nama": city.names_on(state.day)[units],
            "tmt_cpns": people.appointed[here].astype("datetime64[s]"),
            "nip_atasan": np.where(supervisors >= 0, people.nips[supervisors], ""),
            **_private(seed, here),
        }
    )


def _private(seed: int, here: Array) -> dict[str, list[str]]:
    """Columns that the ingest must drop; all plainly invented."""
    return {
        "nik": [f"0000{(seed * 7919 + int(person) * 104_729) % 10**12:012d}" for person in here],
        "alamat": [f"Jalan Contoh Nomor {person % 300 + 1} Medan" for person in here],
        "nomor_hp": [f"0800-000-{person % 10**5:05d}" for person in here],
        "email": [f"pegawai{person}@contoh.invalid" for person in here],
        "agama_id": ["0"] * len(here),
        "jenis_kawin_id": ["0"] * len(here),
        "npwp_nomor": [f"00.000.000.0-000.{person % 1000:03d}" for person in here],
        "bpjs": [f"000000{person:07d}" for person in here],
    }
