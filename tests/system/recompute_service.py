"""What citizens said, computed anew in pandas from the landing files and the rules as they are written down, without any SQL.

Satisfaction: mean answer of each of nine elements over its valid answers, times its weight (1/9, or 0.11 as printed), times 25, summed;
rounded half up to two decimals; A from 88.31, B from 76.61, C from 65.00. Reports: working days after the day of receipt, without weekends,
national holidays and collective leave; the first answer is due within five.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tests import by_hand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation import Truth

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"
ELEMENTS = [f"u{number}" for number in range(1, 10)]
NAMED = {"persyaratan": "u1", "sistem_mekanisme_dan_prosedur": "u2", "waktu_penyelesaian": "u3", "biaya_tarif": "u4",
         "produk_spesifikasi_jenis_pelayanan": "u5", "kompetensi_pelaksana": "u6", "perilaku_pelaksana": "u7",
         "penanganan_pengaduan_saran_dan_masukan": "u8", "sarana_dan_prasarana": "u9"}  # fmt: skip
ANSWERS = dict(zip("abcd", "1234", strict=True)) | {str(number): str(number) for number in range(1, 5)}
FIRST_ANSWER_DUE = 5
ALL = "Semua layanan"


def clean_rows(landing: Path, truth: Truth, folder: str) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Rows of the files in force without those that are known to be planted as bad: delivery, row, cells."""
    dirty = {(fault.file, fault.row) for fault in truth.faults if fault.fate == "rejected" and fault.row}
    blocked = {delivery.delivery_on for delivery in truth.deliveries if delivery.folder == folder and delivery.status == "blocked"}
    for path in sorted((landing / folder).iterdir()):
        if path.name[:10] in blocked or "sekadau" in path.name:
            continue
        for number, row in by_hand.rows(path):
            if (f"{folder}/{path.name}", number) not in dirty:
                yield path.name[:10], number, row


def half_up(value: Fraction, digits: int) -> Decimal:
    unit = Decimal(1).scaleb(-digits)
    exact = Decimal(value.numerator * 10 ** (digits + 2) // value.denominator).scaleb(-digits - 2)
    if exact >= 0 and value.numerator * 10 ** (digits + 2) % value.denominator:
        exact += Decimal(1).scaleb(-digits - 4)  # what was cut off, so that nothing is taken for an exact half
    return exact.quantize(unit, ROUND_HALF_UP)


def quarter_of(day: date) -> date:
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def working_days() -> np.busdaycalendar:
    with (SEEDS / "reference" / "ref_holiday.csv").open(encoding="utf-8") as stream:
        return np.busdaycalendar(holidays=[row["holiday_on"] for row in csv.DictReader(stream)])


def days_after(first: date | None, last: date | None, calendar: np.busdaycalendar) -> int | None:
    """Working days after a day up to and including another."""
    if first is None or last is None:
        return None
    return int(np.busday_count(np.datetime64(first) + 1, np.datetime64(last) + 1, busdaycal=calendar))


def survey(landing: Path, truth: Truth) -> pd.DataFrame:
    """One row for each respondent: unit, service, day, quarter, the nine answers (None when there is none)."""
    found: dict[str, dict[str, Any]] = {}
    for _, _, row in clean_rows(landing, truth, "feedback/skm"):
        cells = {NAMED.get(header, header): cell for header, cell in row.items()}
        on = by_hand.day(cells["tanggal"])
        answers = {element: int(ANSWERS[cells[element]]) if cells[element] else None for element in ELEMENTS}
        found[cells["id_responden"]] = {
            "unit_id": cells["unor_id"],
            "service": " ".join(cells["jenis_layanan"].split()),
            "on": on,
            "quarter": quarter_of(on),
        } | answers
    return pd.DataFrame(found.values()).astype(dict.fromkeys(ELEMENTS, "Int64"))


def satisfaction(answers: pd.DataFrame) -> pd.DataFrame:
    """Index of each unit, service and quarter, and of all services together, in both readings of the weight."""
    table = []
    pooled = answers.assign(service=ALL)
    for (unit, service, quarter), group in pd.concat([answers, pooled]).groupby(["unit_id", "service", "quarter"]):
        sums = [(int(group[element].sum()), int(group[element].notna().sum())) for element in ELEMENTS]
        known = all(n for _, n in sums)
        total = sum((Fraction(top, n) for top, n in sums), Fraction(0)) if known else None
        exact = half_up(total * Fraction(25, 9), 2) if total is not None else None
        printed = half_up(total * Fraction(11 * 25, 100), 2) if total is not None else None
        mutu = (
            None
            if exact is None
            else next(letter for letter, bound in (("A", "88.31"), ("B", "76.61"), ("C", "65.00"), ("D", "0")) if exact >= Decimal(bound))
        )
        means = {f"nrr_{element}": half_up(Fraction(top, n), 4) if n else None for element, (top, n) in zip(ELEMENTS, sums, strict=True)}
        incomplete = int(group[ELEMENTS].isna().any(axis=1).sum())
        table.append(
            {
                "unit_id": unit,
                "service_name": service,
                "quarter": quarter,
                "n_responses": len(group),
                "n_incomplete": incomplete,
                "ikm_exact": exact,
                "ikm_011": printed,
                "mutu": mutu,
            }
            | means
        )
    return pd.DataFrame(table)


def reports(landing: Path, truth: Truth, as_of: date) -> pd.DataFrame:
    """One row for each report in its newest state, with its working days and whether the first answer was in time."""
    newest: dict[str, tuple[tuple[str, int], dict[str, str]]] = {}
    for delivery, number, row in clean_rows(landing, truth, "feedback/lapor"):
        if row["tracking_id"] not in newest or newest[row["tracking_id"]][0] <= (delivery, number):
            newest[row["tracking_id"]] = ((delivery, number), row)
    calendar = working_days()
    table = []
    for _, row in newest.values():
        received, responded, closed = (
            by_hand.day(row[name]) if row[name] else None for name in ("tanggal_masuk", "tanggal_respon", "tanggal_ditutup")
        )
        assert received is not None
        to_answer, to_close = days_after(received, responded, calendar), days_after(received, closed, calendar)
        answer = to_answer if to_answer is not None else to_close
        waited = days_after(received, as_of, calendar)
        assert waited is not None
        in_time = answer <= FIRST_ANSWER_DUE if answer is not None else False if waited > FIRST_ANSWER_DUE else None
        table.append({"tracking_id": row["tracking_id"], "unit_id": row["unor_id"] or None, "kind": row["klasifikasi"].upper(), "on": received, "quarter": quarter_of(received), "to_answer": to_answer,
                      "to_close": to_close, "in_time": in_time, "is_returned": responded is not None and closed is not None})  # fmt: skip
    return pd.DataFrame(table)


def answering(found: pd.DataFrame) -> pd.DataFrame:
    """Medians and share in time of each unit and quarter."""
    table = []
    for (unit, quarter), group in found[found["unit_id"].notna()].groupby(["unit_id", "quarter"]):
        judged = [value for value in group["in_time"] if value is not None]
        table.append({
            "unit_id": unit, "quarter": quarter, "n_complaints": len(group),
            "median_working_days_to_first_response": _median(group["to_answer"]), "median_working_days_to_close": _median(group["to_close"]),
            "share_within_sla": half_up(Fraction(sum(judged), len(judged)), 4) if judged else None,
        })  # fmt: skip
    return pd.DataFrame(table)


def participation(found: pd.DataFrame) -> pd.DataFrame:
    """Kinds of reports and their return by unit and quarter."""
    table = []
    for (unit, quarter), group in found[found["unit_id"].notna()].groupby(["unit_id", "quarter"]):
        n = len(group)
        kinds = {
            name: int((group["kind"] == kind).sum())
            for name, kind in (("share_aspirations", "ASPIRASI"), ("share_information_requests", "PERMINTAAN INFORMASI"))
        }
        table.append({"unit_id": unit, "quarter": quarter, "n_reports": n, "return_of_feedback": half_up(Fraction(int(group["is_returned"].sum()), n), 4)}
                     | {name: half_up(Fraction(count, n), 4) for name, count in kinds.items()})  # fmt: skip
    return pd.DataFrame(table)


def service_weights(answers: pd.DataFrame, found: pd.DataFrame, as_of: date) -> dict[tuple[str, str], Decimal]:
    """Weight of the service by unit and competency, from the seeds as somebody would work it out with a calculator."""
    number = {row["rule_set"]: row for row in _seed("rule_planning_parameter")}.popitem()[1]
    after = date(as_of.year - 1, as_of.month, as_of.day)
    heard: dict[str, dict[str, tuple[int, Fraction]]] = defaultdict(dict)
    for unit, group in answers[(answers["on"] > after) & (answers["on"] <= as_of)].groupby("unit_id"):
        for element in ELEMENTS:
            n = int(group[element].notna().sum())
            if n:
                heard[element][unit] = (n, Fraction(int(group[element].sum()), n))
    for unit, group in found[(found["on"] > after) & (found["on"] <= as_of)].groupby("unit_id"):
        heard["information_requests"][unit] = (len(group), Fraction(int((group["kind"] == "PERMINTAAN INFORMASI").sum()), len(group)))
        judged = [value for value in group["in_time"] if value is not None]
        if judged:
            heard["first_response"][unit] = (len(judged), Fraction(sum(judged), len(judged)))
    need: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    targets = {row["signal"]: (Fraction(row["target"]), Fraction(row["worst"])) for row in _seed("rule_planning_signal")}
    for row in _seed("rule_planning_signal_weight"):
        target, worst = targets[row["signal"]]
        known = {unit: pair for unit, pair in heard[row["signal"]].items() if pair[0] >= int(number["least_people"])}
        mean = Fraction(sum(n for n, _ in known.values()), len(known)) if known else Fraction(1)
        for unit, (n, value) in known.items():
            short = min(Fraction(1), max(Fraction(0), (target - value) / (target - worst)))
            need[unit, row["competency_code"]] += Fraction(row["signal_weight"]) * n / mean * short
    return {key: Decimal(float(1 + Fraction(number["emphasis"]) * value)) for key, value in need.items()}


def _seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / "rules" / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _median(values: pd.Series[Any]) -> Decimal | None:
    known = sorted(int(value) for value in values.dropna())
    if not known:
        return None
    middle = len(known) // 2
    return Decimal(known[middle]) if len(known) % 2 else Decimal(known[middle - 1] + known[middle]) / 2


def staff(
    people: pd.DataFrame, units: pd.DataFrame, levels: pd.DataFrame, completed: pd.DataFrame, places: set[tuple[str, date]], as_of: date
) -> pd.DataFrame:
    """Competence and training of the staff of a unit and all units below it at the end of each quarter.

    Args:
        people: employee_key, unit_id, valid_from, valid_to of active people.
        units: unit_id, path (ids from the top, joined by /), valid_from, valid_to.
        levels: employee_key, competency_code, quarter, required_level, assessed_level: valid levels with a standard.
        completed: employee_key, ended_on of completed programmes.
        places: unit and quarter that are wanted.
        as_of: newest day of the data.
    """
    nine = {row["competency_code"] for row in csv.DictReader((SEEDS / "reference" / "ref_competency.csv").open(encoding="utf-8"))}
    levels = levels[levels["competency_code"].isin(nine)]
    by_quarter = dict(iter(levels.groupby("quarter")))
    table = []
    for quarter in sorted({quarter for _, quarter in places}):
        following = date(quarter.year + quarter.month // 10, (quarter.month + 3) % 12, 1)
        state = min(date.fromordinal(following.toordinal() - 1), as_of)
        if state < people["valid_from"].min():
            continue
        here = _valid(people, state)
        paths = {unit: path.split("/") for unit, path in _valid(units, state)[["unit_id", "path"]].itertuples(index=False)}
        since = date(state.year - 1, state.month, 28 if (state.month, state.day) == (2, 29) else state.day)
        trained = set(completed.loc[[since < day <= state for day in completed["ended_on"]], "employee_key"])
        measured = by_quarter.get(quarter, levels.iloc[:0])
        for unit in sorted(unit for unit, q in places if q == quarter):
            mine = set(here.loc[[unit in paths.get(own, []) for own in here["unit_id"]], "employee_key"])
            known = measured[measured["employee_key"].isin(mine)]
            required, assessed = known["required_level"].astype(int), known["assessed_level"].astype(int)
            table.append({
                "unit_id": unit, "quarter": quarter, "n_employees": len(mine), "n_assessed": known["employee_key"].nunique(),
                "competency_index": half_up(Fraction(100 * int(np.minimum(required, assessed).sum()), int(required.sum())), 2) if len(known) else None,
                "share_below_standard": half_up(Fraction(int((assessed < required).sum()), len(known)), 4) if len(known) else None,
                "trained_share": half_up(Fraction(len(mine & trained), len(mine)), 4) if mine else None,
            })  # fmt: skip
    return pd.DataFrame(table)


def _valid(frame: pd.DataFrame, day: date) -> pd.DataFrame:
    return frame[
        [first <= day and (pd.isna(last) or last > day) for first, last in zip(frame["valid_from"], frame["valid_to"], strict=True)]
    ]
