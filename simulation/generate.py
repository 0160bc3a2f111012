"""Runs the invented city through its months and writes what each source system would deliver."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from simulation import events, writers
from simulation.city import COMPETENCIES, City, build_city
from simulation.faults import plant
from simulation.people import People, advance, make_people, present_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NIGHTS = 7


def default_period() -> tuple[date, date]:
    """Two years up to yesterday in Medan."""
    end = datetime.now(ZoneInfo("Asia/Jakarta")).date() - timedelta(days=1)
    return date(end.year - 2, end.month, 1), end


@dataclass
class Writer:
    """Writes deliveries and notes down what is in them."""

    landing: Path
    rng: np.random.Generator
    faults: bool
    truth: dict[str, Any]
    written: Counter[str] = field(default_factory=Counter)

    def deliver(self, extract: str, day: date, frame: pd.DataFrame, style: writers.Style | None = None) -> None:
        number = self.written[extract]
        self.written[extract] += 1
        chosen = style or writers.STYLES[number % len(writers.STYLES)]
        planted: list[dict[str, Any]] = []
        frame = frame.astype(object).reset_index(drop=True)
        if self.faults:
            frame, planted = plant(extract, frame, self.rng, number * 3)
        if number % 9 == 4 and chosen.extension == "csv":  # noqa: PLR2004 - now and then a column that nobody announced
            frame = frame.assign(kolom_baru="x")
        path, first_row = writers.write(self.landing / extract, day, frame, chosen)
        name = str(path.relative_to(self.landing))
        self.truth["faults"] += [{"file": name, "row": first_row + item.pop("index"), **item} for item in planted]
        rejected = sum(item["fate"] == "rejected" for item in planted)
        duplicate = sum(item["fate"] == "duplicate" for item in planted)
        self.truth["deliveries"].append(
            {"extract": extract, "delivery_on": day.isoformat(), "rows_read": len(frame), "rows_rejected": rejected,
             "rows_duplicate": duplicate, "status": "accepted", "rule": ""}
        )  # fmt: skip

    def spoil(self, extract: str, day: date, content: bytes, extension: str, rule: str) -> None:
        """A delivery that must be blocked."""
        folder = self.landing / extract
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{day.isoformat()}.{extension}").write_bytes(content)
        self.truth["deliveries"].append({"extract": extract, "delivery_on": day.isoformat(), "status": "blocked", "rule": rule})


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
) -> dict[str, Any]:
    """Write the extracts of a city into the landing area and the truth beside it. The same arguments give the same bytes.

    Raises:
        FileExistsError: the landing area is not empty, or the truth would lie inside it.
    """
    if landing.exists() and any(path.is_file() for path in landing.rglob("*")):
        raise FileExistsError(f"{landing} is not empty; simulated files never mix with delivered ones")
    if landing.resolve() in truth.resolve().parents:
        raise FileExistsError("the truth file must not lie inside the landing area")
    rng = np.random.default_rng(seed)
    city = build_city(employees, rng)
    people = make_people(city, employees, start, rng)
    people.table["_gain"], people.table["_trained"] = 0.0, False
    record = _truth(seed, employees, start, end, city)
    writer = Writer(landing, np.random.default_rng(seed + 1), faults, record)
    months = [day.date() for day in pd.date_range(start, end, freq="MS")]
    for step, day in enumerate(months):
        if progress:
            progress(f"{day:%Y-%m}")
        _month(writer, city, people, step, day, min(end, _month_end(day)), start, rng, employees)
    _nights(writer, city, people, len(months), start, end, rng, employees)
    if faults:
        _spoiled(writer, end)
    truth.parent.mkdir(parents=True, exist_ok=True)
    truth.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return record


def _truth(seed: int, employees: int, start: date, end: date, city: City) -> dict[str, Any]:
    effects = dict(zip(city.programmes["kode_program"], city.programmes["_effect"], strict=True))
    return {
        "seed": seed, "employees": employees, "from": start.isoformat(), "to": end.isoformat(),
        "effect_on_competence_levels": effects, "trend_levels_a_year": events.TREND_A_YEAR,
        "satisfaction_effect_if_all_trained": events.SATISFACTION_EFFECT, "selection_of_the_able": 0.8,
        "resisting_units": city.resisting, "deliveries": [], "faults": [],
    }  # fmt: skip


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _units_at(city: City, step: int) -> pd.DataFrame:
    """Half-way one unit gets another name and one another parent."""
    units = city.units.copy()
    if step >= 6:
        units.loc[units["nama_unor"] == "Dinas Pariwisata", "nama_unor"] = "Dinas Pariwisata dan Ekonomi Kreatif"
        moved = units.index[units["jenis_unor"] == "KELURAHAN"][0]
        districts = units.loc[units["jenis_unor"] == "KECAMATAN", "id"].to_numpy()
        units.loc[moved, "diatasan_id"] = districts[-1]
    return units


def _snapshot(writer: Writer, city: City, people: People, step: int, day: date, style: writers.Style | None = None) -> None:
    units = _units_at(city, step)
    table = present_at(people, step)
    frame = table.drop(columns=["_unit"]).assign(
        unor_id=city.units["id"].to_numpy()[table["_unit"]], unor_nama=units["nama_unor"].to_numpy()[table["_unit"]], nip_atasan=""
    )
    writer.deliver("hr/pegawai", day, frame.reset_index(drop=True), style)
    writer.deliver("hr/unor", day, units)


def _month(
    writer: Writer, city: City, people: People, step: int, day: date, last: date, start: date, rng: np.random.Generator, employees: int
) -> None:
    advance(people, city, step, rng)
    at = present_at(people, step).index
    _snapshot(writer, city, people, step, day)
    if step % 12 == 0:
        writer.deliver("hr/jabatan", day, city.positions)
        writer.deliver("hr/standar_kompetensi", day, city.standards)
        writer.deliver("evaluation/pelatihan_katalog", day, city.programmes, writers.PARQUET)
    discipline = people.table.loc[at[:: max(1, len(at) // 25)], "nip_baru"].to_numpy()
    writer.deliver(
        "hr/hukuman_disiplin", day,
        pd.DataFrame({"id": [f"H{i:04d}" for i in range(len(discipline))], "nip_baru": discipline, "jenis_hukuman_id": "2",
                      "hukuman_tanggal": "2023-05-10", "akhir_hukuman_tanggal": "2023-11-10"}),
    )  # fmt: skip
    if step % 3 == 2:
        chosen = at[rng.choice(len(at), max(20, len(at) // 6), replace=False)]
        frame = events.assess(people, city, chosen, day, start, rng)
        if step % 2:
            names = dict(zip(COMPETENCIES, ["Integritas", "Kerja Sama", "Komunikasi", "Orientasi pada Hasil", "Pelayanan Publik",
                                            "Pengembangan Diri dan Orang Lain", "Mengelola Perubahan", "Pengambilan Keputusan", "Perekat Bangsa"], strict=True))  # fmt: skip
            kept = {"M.2", "M.4"}  # faults are planted by code
            frame = frame.rename(columns={code: name for code, name in names.items() if code not in kept})
        writer.deliver("evaluation/penilaian_kompetensi", day, frame, writers.WORKBOOK)
        quarter = (day.month - 1) // 3 + 1
        writer.deliver("evaluation/kinerja", day, events.appraise(people, city, at, day.year, f"TW{quarter}", day, rng))
    if day.month == 1 and step:
        appraised = day + timedelta(days=14)
        writer.deliver("evaluation/kinerja", appraised, events.appraise(people, city, at, day.year - 1, "TAHUNAN", appraised, rng))
    writer.deliver("evaluation/pelatihan_peserta", day, events.train(people, city, at, day, step, rng))
    writer.deliver("evaluation/anggaran_pelatihan", day, events.budgets(city, day.year, day.month, rng))
    responses, reports = round(60_000 / 12 * employees / 20_000), round(15_000 / 12 * employees / 20_000)
    last_but_nights = last
    writer.deliver("feedback/skm", day, events.survey(people, city, day, last_but_nights, max(30, responses), start, rng))
    writer.deliver("feedback/lapor", day, events.complaints(city, day, last_but_nights, max(20, reports), rng))


def _nights(
    writer: Writer, city: City, people: People, step: int, start: date, end: date, rng: np.random.Generator, employees: int
) -> None:
    """The last nights: a full snapshot each, and the day's answers and reports."""
    for back in range(NIGHTS - 1, -1, -1):
        day = end - timedelta(days=back)
        if day.day == 1:
            continue
        _snapshot(writer, city, people, step, day)
        writer.deliver("feedback/skm", day, events.survey(people, city, day, day, max(12, round(164 * employees / 20_000)), start, rng))
        writer.deliver("feedback/lapor", day, events.complaints(city, day, day, max(10, round(41 * employees / 20_000)), rng))


def _spoiled(writer: Writer, end: date) -> None:
    """Deliveries as a whole that must be kept out, on days on which nothing else comes."""
    day = end.replace(day=1) - timedelta(days=3)
    writer.spoil("hr/pegawai", day, b"nip_baru,nama\n199001012015011900,Ra Di\n", "csv", "columns_present")
    writer.spoil("evaluation/penilaian_kompetensi", day, b"PK\x03\x04 broken off", "xlsx", "unreadable_file")
    units = (writer.landing / "hr" / "unor" / f"{end.isoformat()}").with_suffix("")
    source = next(units.parent.glob(f"{end.isoformat()}.*"), None)
    if source is not None:
        head = b"id,nama_unor,diatasan_id,jenis_unor,eselon_id,kode_wilayah,is_layanan\nX1,Satu,,SKPD,,12.71,0\nX2,Dua,X1,SKPD,,12.71,0\n"
        writer.spoil("hr/unor", day, head, "csv", "min_share_of_previous")
    rows = [f"S{i},2026-01-0{i % 9 + 1},U,Layanan,{'9' if i < 10 else '3'}" for i in range(30)]
    content = ("id_responden,tanggal,unor_id,jenis_layanan,u1\n" + "\n".join(rows) + "\n").encode()
    writer.spoil("feedback/skm", day, content, "csv", "max_rejected_share")
