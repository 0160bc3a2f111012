"""The parts that pages are made of, each by itself."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from babel.numbers import format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from pipelines import reporting
from pipelines.reporting.charts import budget_curve, side_by_side
from pipelines.reporting.figures import Figure, shade
from pipelines.reporting.language import _LOCALES as LOCALES
from pipelines.reporting.language import CODES, Language, _texts, form_of
from pipelines.reporting.open_data import QUERIES, query
from pipelines.reporting.page import Source, change_in_words
from pipelines.reporting.places import Place, page_of, slug, unit_above, units_of_path
from pipelines.reporting.site import sparkline
from pipelines.reporting.unit_pages import unit_pages
from pipelines.reporting.words import html_of
from pipelines.spreadsheets import as_text, as_text_sql

ID, EN = Language("id"), Language("en")


# --- words and numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
@given(value=st.floats(-1e9, 1e9).map(lambda value: round(value, 2)))
def test_numbers_are_written_as_babel_writes_them(code, value):
    locale = LOCALES[code]
    written = format_decimal(Decimal(f"{value:.2f}"), "#,##0.00", locale)
    assert Language(code).number(value, 2) == (written.lstrip("-") if not written.strip("-0.,") else written.replace("-", "−"))


@pytest.mark.parametrize("code", CODES)
def test_percents_are_written_as_babel_writes_them(code):
    assert Language(code).form("percent", 0.4567) == format_percent(0.457, "#,##0.0%", LOCALES[code])


def test_forms_of_the_country():
    assert ID.show("cost_idr", 13_095_566_000) == "Rp\u00a013,1 miliar"
    assert EN.show("cost_idr", 772_000) == "Rp\u00a0772,000"
    assert ID.show("quarter", date(2026, 7, 1)) == "TW III 2026"
    assert EN.show("quarter", date(2026, 10, 1)) == "Q4 2026"
    assert ID.show("delivery_on", date(2026, 5, 3)) == "3 Mei 2026"
    assert ID.show("loaded_at", datetime(2026, 8, 17, 1, 5)) == "17 Agu 2026, 01.05", "marts tell the time of the city"
    assert ID.show("made_at", datetime(2026, 8, 16, 18, 5, tzinfo=UTC)) == "17 Agu 2026, 01.05"
    assert ID.show("mean_gap", Decimal("-0.0049")) == "0,00"
    assert ID.show("is_late", True) == "ya"
    assert ID.show("share_below_standard_change", Decimal("0.056")) == "+5,6"


def test_the_form_of_a_figure_follows_from_its_name():
    assert [form_of(name) for name in ("share_expired", "realised_idr", "n_open", "quarter", "valid_from", "unit_name")] == [
        "percent", "money", "count", "quarter", "day", "text",
    ]  # fmt: skip
    assert [form_of(name) for name in ("score", "nrr_u6", "reports_per_1000_residents")] == ["two"] * 3, "a tie or a nought that is none"
    assert [form_of(name) for name in ("total", "mean_performance")] == ["two"] * 2, "parts of the index add up to it, and BKN tells it so"
    assert [form_of(name) for name in ("net_share", "realised_net_share", "floor_share")] == ["fine_percent"] * 3, "held against 0.16%"
    assert [form_of(name) for name in ("p90_working_days", "standard_working_days", "median_working_days")] == ["count", "count", "one"]


def test_a_code_has_the_words_of_its_column():
    assert (ID.value("severity", "error"), ID.value("status", "error"), ID.value("status", "never seen")) == (
        "berat",
        "galat",
        "never seen",
    )


def test_outcomes_say_the_scale_that_an_effect_is_told_in():
    with (Path(reporting.__file__).parents[2] / "dbt_project/seeds/reference/ref_impact_outcome.csv").open(encoding="utf-8") as stream:
        scales = {row["outcome"]: row["unit_of_measure"] for row in csv.DictReader(stream)}
    assert scales
    for outcome, scale in scales.items():
        said = {"share of one": "0–1", "working days": "orking days", "normalised gain, at most 1": "at most 1"}.get(
            scale, scale.rpartition(" ")[2]
        )
        assert said.replace("-", "–") in EN.value("outcome", outcome), outcome


def test_words_of_columns_are_those_of_the_glossary():
    with (Path(reporting.__file__).parents[2] / "dbt_project/seeds/reference/glossary.csv").open(encoding="utf-8") as stream:
        terms = {row["term_en"]: row["term_id"] for row in csv.DictReader(stream)}
    same = {"verdict": "verdict", "talent pool": "in_talent_pool", "position class": "position_class", "sufficient sample": "sample_sufficient",
            "return of feedback": "return_of_feedback", "decline rate": "decline_rate", "coverage": "coverage"}  # fmt: skip
    assert {column: ID.label(column).lower() for column in same.values()} == {column: terms[term].lower() for term, column in same.items()}
    assert ID("metrics.headline") == terms["headline"]


@pytest.mark.parametrize("name", ["pages", "columns", "values"])
def test_both_languages_have_every_text(name):
    for key, texts in _texts(name).items():
        assert texts["id"], key
        assert set(texts) == set(CODES)


# --- queries and figures ----------------------------------------------------------------------------------------------------


def test_a_query_of_one_unit_quotes_its_id():
    assert query("unit_people").of("o'neil").endswith("where unit_id = 'o''neil'\norder by unit_id, year desc")
    assert "plan.unit_id = 'U1'" in query("unit_plan").of("U1")
    assert "{" not in query("unit_plan").everything()


def test_every_query_says_what_it_gives():
    paths = [*QUERIES.glob("*.sql")]
    assert len(paths) > 20
    for path in paths:
        assert query(path.stem).text.startswith("-- "), path.name


FIGURE = Figure("x", "x", [], (), "", (), suppression={"share": ("n",), "rate": ("m",), "part": ("n", "part")})


@pytest.mark.parametrize(
    ("row", "column", "is_hidden"),
    [
        ({"share": None, "n": None, "is_suppressed": True}, "share", True),
        ({"share": None, "n": 12, "is_suppressed": True}, "share", False),  # the count is shown: there is no figure
        ({"share": None, "n": None, "is_suppressed": False}, "share", False),
        ({"share": 0, "n": None, "is_suppressed": True}, "share", False),
        ({"rate": None, "is_suppressed": True}, "rate", True),  # the query leaves the count out: never taken for absent
        ({"part": None, "n": 12, "is_suppressed": True}, "part", True),  # a share that is withheld although its count is shown
        ({"part": None, "n": 0, "is_suppressed": True}, "part", False),
        ({"unit_name": None, "is_suppressed": True}, "unit_name", False),
    ],
)
def test_withheld_is_told_from_absent(row, column, is_hidden):
    assert FIGURE.is_hidden(row, column) is is_hidden


def test_shades_of_the_heat_map():
    assert [shade(share) for share in (None, 0, Decimal("0.1"), 0.39, 0.4, 1)] == ["h-none", "h0", "h1", "h2", "h3", "h4"]


def test_a_change_is_told_against_the_same_quarter_of_the_year_before():
    rows = [{"quarter": date(2025, 7, 1), "share": Decimal("0.5")}, {"quarter": date(2026, 4, 1), "share": Decimal("0.9")}]
    assert change_in_words(rows, "share", EN) == EN("change.unknown")
    rows.append({"quarter": date(2026, 7, 1), "share": Decimal("0.456")})
    assert change_in_words(rows, "share", EN) == "down 4.4 points in a year"
    rows[-1]["share"] = Decimal("0.5001")
    assert change_in_words(rows, "share", ID) == "tidak berubah dalam setahun"


def test_plans_that_end_in_one_point_have_one_label_there():
    plan = {"rank": 1, "cumulative_cost_idr": 8e8, "cumulative_gap_levels_closed": 405}
    curve = [{**plan, "budget_share": 1}]
    ends = [
        {"scenario": name, "cost_idr": cost, "cumulative_gap_levels_closed": 405}
        for name, cost in (("25%", 5e8), ("50%", 8e8), ("100%", 8e8))
    ]
    drawn = budget_curve(curve, ends, ID)
    assert re.findall(r">([\d%, ]+%)<", drawn) == ["25%", "50%, 100%"]


def test_units_are_drawn_where_both_figures_are_known():
    rows = [{"competency_index": Decimal(70 + at), "ikm_published": Decimal(80 - at)} for at in range(4)]
    hidden = [{"competency_index": None, "ikm_published": Decimal(80)}, {"competency_index": Decimal(70), "ikm_published": None}]
    assert side_by_side([*rows, *hidden], EN).count('opacity="0.7"') == 4
    assert side_by_side([*rows[:2], *hidden], EN) == ""


def test_a_line_stays_in_its_box():
    assert sparkline([1.0]) == ""
    assert sparkline([1, 3, 2]) == "0.0,22.0 50.0,2.0 100.0,12.0"
    assert sparkline([4, 4]) == "0.0,12.0 100.0,12.0"


# --- places and texts -------------------------------------------------------------------------------------------------------


def test_an_id_that_is_no_name_of_a_file_has_a_page_all_the_same():
    names = {slug(key) for key in ("A1", "a/b", "../up", "index", "x" * 300, "ü", "a b")}
    assert "A1" in names
    assert len(names) == 7
    assert all(name.isascii() and "/" not in name and len(name) <= 64 for name in names)


def test_links_hold_wherever_the_folder_lies():
    place = Place(page_of("unit", "U1"), "en", frozenset({page_of("unit", "U2")}))
    assert place.file == "en/unit/U1.html"
    assert place.to("plan.html") == "../../en/plan.html"
    assert place.in_language("id") == "../../unit/U1.html"
    assert place.open("csv/x.csv") == "../../../open/csv/x.csv"
    assert place.link("unit/U2") == "../../en/unit/U2.html"
    assert place.link("unit/U3") == ""


def test_markdown_is_never_markup_of_its_own():
    body = html_of("# A\n\n<script>alert(1)</script> [x](y.md) [z](z.md)", {"y.md": "y.html"}.get)
    assert "<script>" not in body
    assert '<a href="y.html">x</a> z' in body
    assert "<h2>A</h2>" in body
    assert "<td></td>" in html_of("| | a |\n| --- | --- |\n| b | c |")


# --- text for spreadsheets --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@a", "\t=1", "\r=1", "＝1"])
def test_what_begins_like_a_formula_is_made_text(text):
    assert as_text(text) == f"'{text}"


@given(text=st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.text(alphabet="=+-1.,e x"))
def test_sql_and_python_agree_on_what_is_a_formula(text):
    assert duckdb.execute(f"select {as_text_sql('t')} from (select ? as t)", [text]).fetchone() == (as_text(text),)


def test_every_text_of_the_pages_is_shown_on_one():
    """Named in full, or by its first part and something that is put behind it."""
    here = Path(reporting.__file__).parent
    said = "".join(path.read_text(encoding="utf-8") for path in here.rglob("*") if path.suffix in {".py", ".j2"})
    built = set(re.findall(r"""["'](\w+\.)(?:["'] ~|\{)""", said))
    assert built, "some are put together"
    assert [key for key in _texts("pages") if f'"{key}"' not in said and f"'{key}'" not in said and not key.startswith(tuple(built))] == []


# --- the city ---------------------------------------------------------------------------------------------------------------


def test_the_city_is_the_unit_above_most_units_and_not_one_whose_id_begins_like_its():
    class Units:
        def rows(self, _):
            paths = ["1271", "1271/A", "1271/A/B", "12"]  # a form that says 12 for a unit: the register lacks it, so it stands at a top
            return [{"unit_id": path.rsplit("/", maxsplit=1)[-1], "path": path, "depth": path.count("/")} for path in paths]

    source = Source(Units(), None, ID, None, {}, None, [], {})
    assert source.root == "1271"


def test_no_unit_stands_below_itself(monkeypatch):
    """A root may name itself as the unit above it, and two units each other: the path says what is above."""
    units = {
        "1/2": {"unit_id": "1/2", "unit_name": "Kota", "parent_unit_id": "1/2", "path": "1~12"},
        "A": {"unit_id": "A", "unit_name": "Dinas A", "parent_unit_id": "1/2", "path": "1~12/A"},
        "X": {"unit_id": "X", "unit_name": "Dinas X", "parent_unit_id": "Y", "path": "X"},
        "Y": {"unit_id": "Y", "unit_name": "Dinas Y", "parent_unit_id": "X", "path": "Y"},
    }
    monkeypatch.setattr("pipelines.reporting.unit_pages._unit", lambda _source, _key: {})
    pages = unit_pages(SimpleNamespace(names=units))
    assert [[row["unit_id"] for row in page.context["below"]] for page in pages] == [["A"], [], [], []]


def test_a_slash_within_the_id_of_a_unit_is_no_step_of_its_path():
    assert units_of_path("1~102/1~102~01") == ["1/02", "1/02~1"]
    assert [unit_above(path) for path in ("1~102", "1~102/1~102~01", "a/b/c")] == [None, "1/02", "b"]


def test_a_competency_of_which_nobody_was_assessed_lowers_the_coverage_of_the_city():
    with duckdb.connect() as connection:
        connection.execute("create table dim_unit as select 'city' as unit_id, 'city' as root_unit_id, true as is_current")
        connection.execute(
            "create table competency_gap_by_unit as from (values"
            " ('city', 'M.1', date '2026-07-01', 100, 60, 0.5, 0.2), ('city', 'M.2', date '2026-07-01', 100, 0, null, null),"
            " ('city', 'T.1', date '2026-07-01', null, null, null, null), ('city', 'M.1', date '2026-04-01', 100, 0, null, null)"
            ") as gaps(unit_id, competency_code, quarter, n_employees, n_assessed, share_below_standard, mean_gap)"
        )
        rows = connection.execute(query("city_trend").everything()).fetchall()
    assert rows == [(date(2026, 4, 1), None, None, None, 0.0), (date(2026, 7, 1), 60, 0.5, 0.2, 0.3)]


def test_of_a_refused_effect_nothing_is_told_to_be_withheld_but_the_number_of_people():
    with duckdb.connect() as connection:
        connection.execute(
            "create table training_impact as select *, null as att, null as ci_low, null as ci_high, null as cost_per_point, "
            "true as is_suppressed, 'few' as suppression_reason, true as is_primary, 'competence' as outcome, 'all' as scope_type "
            "from (values ('few', null, 'refused_small_sample'), ('refused', 40, 'refused_pretrend'), ('hidden', 40, 'inconclusive')) "
            "as found(programme_id, n_treated, verdict)"
        )
        connection.execute(
            "create table dim_training_programme as select programme_id, null as programme_name, null as method, null as hours_jp, "
            "null as target_level, null as capacity, null as cost_per_participant_idr, null as provider, true as is_current from training_impact"
        )
        found = {row[0]: row[-2] for row in connection.execute(query("programmes").everything()).fetchall()}
    assert found == {"few": True, "refused": False, "hidden": True}
