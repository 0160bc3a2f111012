"""Runs the city through its time and delivers what its systems would have delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from simulation import complaints, extracts, feedback, records
from simulation.careers import Careers, employees_frame, histories, join_dates
from simulation.city import City, build_city
from simulation.competence import (
    RATING_TREND_A_YEAR,
    RISE_A_YEAR,
    RISING_IN,
    TREND_A_YEAR,
    WEAKNESS,
    Competence,
    appraise,
    assess,
    build_base,
    choose_panel,
    choose_rising,
)
from simulation.feedback import SATISFACTION_TREND_A_YEAR, SEASON_POINTS, WEAK_ELEMENTS, Services, build_services
from simulation.jobs import Jobs, build_jobs, standards
from simulation.landing import Landing
from simulation.offices import RESISTING, WEAK_OFFICE
from simulation.people import People, build_people
from simulation.periods import Period, month_start, quarter_start
from simulation.programmes import build_programmes, catalogue_frame
from simulation.training import DECLINE, DECLINE_RESISTING, build_participations, participants_frame
from simulation.truth import ProgrammeEffect, Truth

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

SHORTEST_DAYS = 60


@dataclass
class World:
    """Everything that happens, before any of it is written down."""

    seed: int
    employees: int
    period: Period
    city: City
    jobs: Jobs
    people: People
    careers: Careers
    competence: Competence
    services: Services
    reports: pd.DataFrame
    discipline: pd.DataFrame
    in_panel: np.ndarray


def default_period(today: date | None = None) -> tuple[date, date]:
    """Two years up to the day before ``today``, by default that of Medan."""
    end = (today or datetime.now(ZoneInfo("Asia/Jakarta")).date()) - timedelta(days=1)
    return date(end.year - 2, end.month, min(end.day, 28)), end


def build_world(*, seed: int, employees: int, start: date, end: date) -> World:
    """Return the city, its people and all that happens to them between two days."""
    if (end - start).days < SHORTEST_DAYS:
        raise ValueError(f"the period must have at least {SHORTEST_DAYS} days: {start} to {end}")
    period = Period(start, end)
    city = build_city(seed, employees, month_start(start + (end - start) / 2))
    jobs = build_jobs(seed, city)
    people = build_people(seed, city, jobs, employees, start, join_dates(seed, employees, start, end))
    careers = histories(seed, city, jobs, people, period.snapshots())
    in_panel = choose_panel(seed, city, people)
    programmes = build_programmes()
    rising = choose_rising(seed, people)
    parts = build_participations(seed, city, jobs, people, careers, programmes, period, in_panel, rising)
    competence = Competence(build_base(seed, city, jobs, people, rising), rising, people, programmes, parts, start)
    services = build_services(seed, city, people, careers, programmes, parts, start)
    reports = complaints.build_reports(seed, services, start, end, employees)
    discipline = records.build_discipline(seed, people, start, end)
    return World(seed, employees, period, city, jobs, people, careers, competence, services, reports, discipline, in_panel)


def generate(
    landing: Path,
    truth: Path,
    *,
    seed: int = 1271,
    employees: int = 20_000,
    start: date,
    end: date,
    faults: bool = True,
    progress: Callable[[str], None] | None = None,
    force: bool = False,
) -> Truth:
    """Write all extracts of an invented city into ``landing`` and what is planted in them to ``truth``.

    Raises:
        FileExistsError: ``landing`` is not empty and ``force`` is not given.
        ValueError: too few employees, too short a period, or a truth file inside the landing folder.

    """
    if landing.exists() and any(landing.iterdir()) and not force:
        raise FileExistsError(f"{landing} is not empty: choose another folder")
    if truth.resolve().is_relative_to(landing.resolve()):
        raise ValueError(f"the truth must not lie where deliveries are read: {truth}")
    landing.mkdir(parents=True, exist_ok=True)
    world = build_world(seed=seed, employees=employees, start=start, end=end)
    parameters = {"seed": seed, "employees": employees, "start": str(start), "end": str(end), "faults": faults}
    known = Truth(parameters)
    target = Landing(landing, known, seed, progress or (lambda _text: None), faults=faults)
    _deliver_hr(target, world)
    _deliver_evaluation(target, world)
    _deliver_training(target, world)
    _deliver_feedback(target, world)
    for extract in extracts.by_folder().values():
        if extract.deliver:
            extract.deliver(target, world)
    if faults:
        _deliver_spoiled(target, world)
    _describe(known, world)
    known.write(truth)
    return known


def _changes(period: Period) -> list[date]:
    """Return the days on which the lists that change rarely are delivered anew.

    The start, and the middle and the last fifth of the time.
    """
    span = period.end - period.start
    return sorted({period.start, month_start(period.start + span / 2), month_start(period.start + span * 0.8)})


def _deliver_hr(target: Landing, world: World) -> None:
    for state in world.careers.states:
        frame = employees_frame(world.seed, world.city, world.jobs, world.people, state)
        target.deliver("hr/pegawai", state.day, frame)
        target.deliver("hr/unor", state.day, world.city.frame_on(state.day))
    versions = _changes(world.period)
    for number, day in enumerate(versions):
        target.deliver("hr/jabatan", day, world.jobs.frame())
        target.deliver("hr/standar_kompetensi", day, standards(world.jobs, world.city, versions[: number + 1]))
    for day in world.period.month_firsts():
        decided = world.discipline["hukuman_tanggal"].to_numpy() <= np.datetime64(day)
        target.deliver("hr/hukuman_disiplin", day, world.discipline[decided])


def _deliver_evaluation(target: Landing, world: World) -> None:
    seen = np.zeros(len(world.people), dtype=bool)
    for first in world.period.rounds():
        state = world.careers.on(first)
        frame = assess(world.seed, world.city, world.jobs, world.competence, state, first, world.in_panel, seen)
        target.deliver("evaluation/penilaian_kompetensi", first + timedelta(days=23), frame)
    for first in world.period.quarters():
        last = quarter_start(first, 1) - timedelta(days=1)
        _appraise(target, world, first, last, last + timedelta(days=20))
        if last.month == 12:
            _appraise(target, world, date(last.year, 1, 1), last, last + timedelta(days=41))


def _appraise(target: Landing, world: World, first: date, last: date, day: date) -> None:
    if day <= world.period.end:
        frame = appraise(world.seed, world.city, world.competence, world.careers.on(last), first, last)
        target.deliver("evaluation/kinerja", day, frame)


def _deliver_training(target: Landing, world: World) -> None:
    programmes, period = world.competence.programmes, world.period
    for day in _changes(period):
        target.deliver("evaluation/pelatihan_katalog", day, catalogue_frame(programmes, day, period.start))
    before = period.start - timedelta(days=60)
    for day in period.weekly_after_months():
        frame = participants_frame(world.seed, world.people, programmes, world.competence.parts, before, day, period.start)
        target.deliver("evaluation/pelatihan_peserta", day, frame)
        before = day
    for first in period.month_firsts():
        day = first.replace(day=15)
        if period.start <= day <= period.end:
            target.deliver("evaluation/anggaran_pelatihan", day, records.budgets_frame(world.seed, world.city, day))


def _deliver_feedback(target: Landing, world: World) -> None:
    for first, last in world.period.event_windows():
        target.deliver("feedback/skm", last, feedback.survey(world.seed, world.services, first, last, world.employees))
        target.deliver("feedback/lapor", last, complaints.complaints_frame(world.services, world.reports, first, last))


def _deliver_spoiled(target: Landing, world: World) -> None:
    """Deliveries that must be kept out, on days on which nothing else of the extract comes."""
    span = world.period.end - world.period.start

    def day_at(extract: str, share: float) -> date:
        day = world.period.start + span * share
        while not target.is_free(extract, day):
            day += timedelta(days=1)
        return day

    day = day_at("hr/pegawai", 0.55)
    target.truncated("hr/pegawai", day, employees_frame(world.seed, world.city, world.jobs, world.people, world.careers.on(day)))
    day = day_at("hr/unor", 0.62)
    target.without_column("hr/unor", day, world.city.frame_on(day), "nama_unor")
    day = day_at("feedback/skm", 0.68)
    target.mostly_bad(
        "feedback/skm",
        day,
        feedback.survey(world.seed + 1, world.services, day - timedelta(days=9), day, world.employees),
    )
    target.broken("evaluation/penilaian_kompetensi", day_at("evaluation/penilaian_kompetensi", 0.6), "xlsx")
    day = day_at("evaluation/kinerja", 0.72)
    first = quarter_start(day, -1)
    last = quarter_start(day) - timedelta(days=1)
    frame = appraise(world.seed + 1, world.city, world.competence, world.careers.on(last), first, last)
    target.contradictory("evaluation/kinerja", day, frame)
    day = day_at("evaluation/anggaran_pelatihan", 0.77)
    target.without_column("evaluation/anggaran_pelatihan", day, records.budgets_frame(world.seed, world.city, day), "pagu")
    target.broken("feedback/lapor", day_at("feedback/lapor", 0.8), "parquet")


def _describe(known: Truth, world: World) -> None:
    parts, city = world.competence.parts, world.city
    completed = np.bincount(parts.programmes[parts.completed()], minlength=len(world.competence.programmes))
    known.programmes = [
        ProgrammeEffect(p.code, p.name, p.competencies, p.competence, p.rating, p.satisfaction, int(n))
        for p, n in zip(world.competence.programmes, completed, strict=True)
    ]
    by_office = {city.units[root].office: city.units[root] for root in city.roots}
    known.resisting_units = [
        {
            "unit_id": by_office[code].id,
            "name": by_office[code].name,
            "decline": DECLINE_RESISTING,
            "decline_elsewhere": DECLINE,
        }
        for code in RESISTING
    ]
    known.trends = {
        "competence_levels_a_year": TREND_A_YEAR,
        "rising": {"audience": "rising", "competency": RISING_IN, "levels_a_year": RISE_A_YEAR},
        "rating_probability_a_year": RATING_TREND_A_YEAR,
        "satisfaction_points_a_year": SATISFACTION_TREND_A_YEAR,
        "satisfaction_season_points": SEASON_POINTS,
        "weak_unit": {"unit_id": by_office[WEAK_OFFICE].id, "M.3": -WEAKNESS, **WEAK_ELEMENTS},
        "fewer_information_requests_when_trained": complaints.FEWER_WHEN_TRAINED,
    }
    known.unit_changes = city.changes
    known.counts = {
        "units": len(city.units),
        "positions": len(world.jobs.ids),
        "people_ever": len(world.people),
        "assessed_in_every_round": int(world.in_panel.sum()),
        "invitations": len(parts.ids),
        "completions": int(completed.sum()),
        "reports": len(world.reports),
    }
