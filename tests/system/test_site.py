"""The site of the release of the small city, read as a browser would read it: what it says is what the open marts say."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlparse

import duckdb
import pytest
from babel.numbers import format_decimal
from bs4 import BeautifulSoup, Tag

from pipelines.reporting.figures import HIDDEN
from pipelines.reporting.language import CODES, Language, _texts, form_of
from pipelines.reporting.places import page_of
from pipelines.reporting.site import MENU

QUESTIONS = Path(__file__).parents[2] / "docs" / "questions.md"
CITY = "(select mode(root_unit_id) from dim_unit where is_current)"
GAPS = (
    "select *, sum(n_assessed) over (partition by unit_id, quarter) as n from competency_gap_by_unit where share_below_standard is not null"
)
LEAST_FIGURES = 5
MANY_CELLS = 100
LOCALES = {"id": "id_ID", "en": "en_GB"}


@cache
def page(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def some_pages(site: Path) -> list[Path]:
    """A few pages of each kind in each language: all of them take long to parse."""
    kinds: dict[Path, list[Path]] = {}
    for path in pages(site):
        kinds.setdefault(path.parent, []).append(path)
    return [
        path for folder, found in kinds.items() for path in (found if folder in {site, site / "en"} else found[:: max(1, len(found) // 6)])
    ]


def in_form(value, code: str, digits: int, factor: int = 1) -> str:
    """A number as Babel writes it; not by the code under test."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    rounded = Decimal(f"{float(value) * factor:.{digits}f}")
    return format_decimal(rounded, pattern, LOCALES[code]).replace("-", "−")


def rows_of(table: Tag) -> list[list[str]]:
    return [[" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])] for row in table.select("tbody tr")]


# --- what it says -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_numbers_of_the_front_page_are_those_of_the_marts(site, marts, code):
    service = "from service_quality where is_all_services"
    expected = {
        "share_below_standard": (f"select sum(n_assessed / n * share_below_standard) from ({GAPS}) where unit_id = {CITY} group by quarter order by quarter desc", 100, 1, "%"),
        "coverage": (f"select sum(n_assessed) / sum(n_employees) from ({GAPS}) where unit_id = {CITY} group by quarter order by quarter desc", 100, 1, "%"),
        "total": (f"select total from professionalism_index_by_unit where unit_id = {CITY} and total is not null order by year desc", 1, 2, ""),
        "ikm_published": (f"select sum(n_responses * ikm_published) / sum(n_responses) {service} and ikm_published is not null group by quarter order by quarter desc", 1, 2, ""),
        "share_within_sla": (f"select sum(n_complaints * share_within_sla) / sum(n_complaints) {service} and share_within_sla is not null group by quarter order by quarter desc", 100, 1, "%"),
        "decline_rate": (f"select decline_rate from training_participation_by_unit where unit_id = {CITY} and decline_rate is not null order by year desc", 100, 1, "%"),
    }  # fmt: skip
    tiles = {
        str(tile["data-column"]): tile.get_text()
        for tile in page(site / ("" if code == "id" else code) / "index.html").select("data.figure")
    }
    for column, (sql, factor, digits, unit) in expected.items():
        value = marts.execute(sql).fetchone()
        assert (column in tiles) == (value is not None), column
        if value is not None:
            assert tiles[column] == in_form(value[0], code, digits, factor) + unit, column
    assert len(tiles) >= LEAST_FIGURES
    assert set(tiles) <= {*expected, "allocated_idr", "unfunded_need_idr"}, "a number that nothing here holds against the marts"
    for column in ("allocated_idr", "unfunded_need_idr"):
        value = marts.execute(
            f"select {column} from training_budget_by_unit where unit_id = {CITY} and {column} is not null order by year desc"
        ).fetchone()
        if value is not None and value[0] >= 10**6:
            size = 10**9 if value[0] >= 10**9 else 10**6
            word = {10**6: {"id": "juta", "en": "million"}, 10**9: {"id": "miliar", "en": "billion"}}[size][code]
            assert tiles[column] == f"Rp\u00a0{in_form(value[0] / size, code, 1)} {word}"


def test_competencies_of_the_front_page_are_those_of_the_mart(site, marts):
    shown = rows_of(page(site / "index.html").select_one("#competencies table"))
    rows = marts.execute(
        f"select name_id, n_assessed, mean_gap, share_below_standard from competency_gap_by_unit left join dim_competency using (competency_code) "
        f"where quarter = (select max(quarter) from competency_gap_by_unit) and unit_id = {CITY} and share_below_standard is not null"
    ).fetchall()
    expected = {(name, in_form(n, "id", 0), in_form(gap, "id", 2), in_form(share, "id", 1, 100) + "%") for name, n, gap, share in rows}
    assert expected
    assert expected <= {tuple(row[:4]) for row in shown}


def three_units(marts) -> list[str]:
    """The city, an office, and the unit with the most hidden rows."""
    city = marts.execute(f"select {CITY}").fetchone()[0]
    office = marts.execute("select unit_id from dim_unit where is_current and depth = 1 order by unit_id limit 1").fetchone()[0]
    hidden = marts.execute(
        "select unit_id from competency_gap_by_unit inner join dim_unit using (unit_id) where is_current and is_suppressed "
        "group by unit_id order by count(*) desc, unit_id limit 1"
    ).fetchone()[0]
    return [city, office, hidden]


@pytest.mark.parametrize("code", CODES)
def test_unit_pages_show_the_marts_cell_by_cell(site, marts, code):
    hidden = 0
    for unit in three_units(marts):
        found = page(site / ("" if code == "id" else code) / page_of("unit", unit))
        heat = {row[0]: row[1:] for row in rows_of(found.select_one("#unit_gaps table"))}
        name = "name_id" if code == "id" else "coalesce(name_en, name_id)"
        rows = marts.execute(
            f"select {name}, share_below_standard, n_assessed, is_suppressed from competency_gap_by_unit left join dim_competency using (competency_code) "
            f"where unit_id = ? order by competency_code, quarter",
            [unit],
        ).fetchall()
        assert rows
        quarters = len(found.select("#unit_gaps thead th")) - 5
        for competency in {row[0] for row in rows}:
            of_it = [row for row in rows if row[0] == competency][-quarters:]
            for shown, (_, share, n_assessed, is_suppressed) in zip(heat[competency][-4 - len(of_it) : -4], of_it, strict=True):
                if share is not None:
                    assert shown == in_form(share, code, 1, 100) + "%"
                elif is_suppressed and n_assessed != 0:
                    assert shown == {"id": "✱ disamarkan", "en": "✱ hidden"}[code]
                    hidden += 1
                else:
                    assert shown == "–"
        for table, column, digits in (("unit_training", "hours_per_head", 1), ("unit_people", "total", 2)):
            mart = {"unit_training": "training_participation_by_unit", "unit_people": "professionalism_index_by_unit"}[table]
            at = [head.get_text() for head in found.select(f"#{table} thead th")].index(Language(code).label(column))
            shown = {row[0]: row[at] for row in rows_of(found.select_one(f"#{table} table"))}
            for year, value in marts.execute(
                f"select year, {column} from {mart} where unit_id = ? and {column} is not null", [unit]
            ).fetchall():
                assert shown[str(year)] == in_form(value, code, digits)
    assert hidden


@pytest.mark.parametrize("code", CODES)
def test_every_figure_of_the_front_page_and_of_three_units_is_what_its_query_gives(site, marts, code):
    """Every cell of every table; the heat map and the nine boxes, which have another shape, have tests of their own."""
    language, n_cells = Language(code), 0
    folder = site / ("" if code == "id" else code)
    for path in (folder / "index.html", *(folder / page_of("unit", unit) for unit in three_units(marts))):
        for section in page(path).select("section.figure"):
            table = section.find("table")
            if table is None or section["id"] in {"unit_gaps", "talent"}:
                continue
            cursor = marts.execute(section.select_one(".query code").get_text())
            columns = [column[0] for column in cursor.description]
            labels = [head.get_text() for head in table.select("thead th")]
            of_label = {language.label(column): column for column in columns if column not in HIDDEN}
            for shown, row in zip(rows_of(table), cursor.fetchall(), strict=False):
                values = dict(zip(columns, row, strict=True))
                for label, cell in zip(labels, shown, strict=True):
                    column = of_label[label]
                    if values[column] is not None and form_of(column) != "text":
                        assert cell == " ".join(language.show(column, values[column]).split()), f"{path.name}: {section['id']}, {column}"
                        n_cells += 1
                    elif values[column] is None:
                        assert cell == "–" or cell.startswith("✱"), f"{path.name}: {section['id']}, {column}"
    assert n_cells > MANY_CELLS


def test_the_nine_boxes_of_three_units_hold_the_people_of_the_mart(site, marts):
    for unit in three_units(marts):
        rows = marts.execute(
            "select box, n from talent_box_by_unit where unit_id = $1 and year = (select max(year) from talent_box_by_unit where unit_id = $1)",
            [unit],
        ).fetchall()
        shown = {
            int(cell.select_one(".box").get_text()): " ".join(cell.get_text(" ").split()).partition(" ")[2]
            for cell in page(site / page_of("unit", unit)).select("#talent td:has(.box)")
        }
        assert bool(shown) == bool(rows)
        for box, n in rows:
            assert shown[box] == ("✱ disamarkan" if n is None else in_form(n, "id", 0)), (unit, box)


@pytest.mark.parametrize("code", CODES)
def test_what_last_night_brought_is_counted_from_the_load_records(site, marts, code):
    sentence = page(site / ("" if code == "id" else code) / "index.html").select_one("#night + p").get_text()
    counts = marts.execute(
        "select count(*), sum(rows_read), sum(rows_rejected), sum(rows_duplicate), count(*) filter (where status = 'blocked'), "
        "count(*) filter (where is_late) from load_quality "
        "where cast(loaded_at as date) = (select max(cast(loaded_at as date)) from load_quality)"
    ).fetchone()
    for count in counts:
        assert re.search(rf"(?<![\d.,]){re.escape(in_form(count or 0, code, 0))}(?![\d]|[.,]\d)", sentence), (count, sentence)


@pytest.mark.parametrize("code", CODES)
def test_programme_pages_show_how_many_are_left_at_each_step(site, marts, code):
    """Counted here from the mart, and not by the query of the page."""
    programmes = marts.execute("select programme_id from training_impact group by 1 order by count(n_measured) desc, 1 limit 3").fetchall()
    assert programmes
    for (programme,) in programmes:
        found = page(site / ("" if code == "id" else code) / page_of("programme", programme))
        described, compared = (
            marts.execute(
                f"select n_treated, n_measured from training_impact where programme_id = ? and {condition} order by outcome", [programme]
            ).fetchall()
            for condition in ("evidence = 'descriptive'", "outcome = 'competence' and is_primary and scope_type = 'all'")
        )
        (completed, reaction), (_, tested) = described
        expected = [completed, reaction, tested, *(n for n, _ in compared)]
        shown = rows_of(found.select_one("#programme_funnel table"))
        hidden = {"id": "✱ disamarkan", "en": "✱ hidden"}[code]
        assert [row[1] for row in shown] == [hidden if n is None else in_form(n, code, 0) for n in expected]
        if completed and tested is not None:
            assert shown[2][2] == in_form(tested / completed, code, 1, 100) + "%"


def test_the_query_on_a_page_gives_the_rows_of_its_table(site, marts):
    run = 0
    for unit in three_units(marts):
        for section in page(site / page_of("unit", unit)).select("section.figure"):
            sql, table = section.select_one(".query code").get_text(), section.select_one("table")
            rows = marts.execute(sql).fetchall()
            if table and section["id"] in {"unit_training", "unit_people", "unit_budget", "unit_service"}:
                assert len(rows) == len(table.select("tbody tr")), section["id"]
                run += 1
    assert run >= LEAST_FIGURES


def test_a_hidden_figure_has_its_reason_beside_it(site):
    for path in some_pages(site):
        for section in page(path).select("section.figure"):
            if section.select(".hid"):
                notes = " ".join(note.get_text() for note in section.select(".note"))
                assert "✱" in notes, f"{path.name}: {section['id']}"


def test_questions_are_answered_within_two_clicks(site):
    """Every open mart that a question names is the source of a figure on the front page or on a page that it links to."""
    text = QUESTIONS.read_text(encoding="utf-8")
    asked = set(re.findall(r"`open\.(\w+)`:", text))
    assert asked
    front = page(site / "index.html")
    reached = {site / "index.html"} | {
        (site / str(link["href"]).partition("#")[0]).resolve() for link in front.select("main a[href], nav a[href]")
    }
    second = {
        (path.parent / str(link["href"]).partition("#")[0]).resolve()
        for path in reached
        if path.suffix == ".html"
        for link in page(path).select("main a[href]")
    }
    units = sorted(path for path in second if path.parent.name == "unit")
    second -= set(units[3:])  # they are all of one kind
    sources = {
        link.get_text()
        for path in reached | second
        if path.suffix == ".html" and path.is_file()
        for link in page(path).select(".source a[href]")
    }
    assert asked - sources <= {"training_impact_gt"}  # the cells that events are made of: in the download
    for link in front.select(".questions li a"):
        target, _, anchor = str(link["href"]).partition("#")
        assert not anchor or page(site / target).find(id=anchor), link.get_text()


# --- what it is made of -----------------------------------------------------------------------------------------------------


def test_pages_ask_nothing_of_anybody(site):
    for path in some_pages(site):
        found = page(path)
        assert not found.select("script, iframe, object, embed, form"), path
        assert not [tag for tag in found.find_all(True) if any(name.startswith("on") for name in tag.attrs)], path
        for tag in found.select("[src], link[href], image[href], use[href]"):
            address = str(tag.get("src") or tag.get("href"))
            assert not urlparse(address).scheme or address.startswith("data:"), f"{path}: {address}"
    assert "url(" not in (site / "style.css").read_text(encoding="utf-8")


def test_every_link_leads_somewhere(site):
    checked, broken = set(), []
    texts = {path: path.read_text(encoding="utf-8") for path in pages(site)}
    for path, text in texts.items():
        for link in set(re.findall(r'\shref="([^"]*)"', text)):
            address, _, anchor = link.partition("#")
            if urlparse(address).scheme:
                continue
            target = Path(os.path.normpath(path.parent / unquote(address))) if address else path
            if (target, anchor) in checked:
                continue
            checked.add((target, anchor))
            if not target.is_file() or (anchor and f'id="{anchor}"' not in texts[target]):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert not broken
    assert len(checked) > len(MENU) * 2


def test_pages_say_their_language_and_lead_to_the_other(site):
    for path in some_pages(site):
        found, is_english = page(path), path.relative_to(site).parts[0] == "en"
        assert found.html["lang"] == ("en" if is_english else "id")
        assert found.title.get_text().strip()
        assert len(found.select("h1")) == 1
        other = (path.parent / str(found.select_one("a.switch")["href"])).resolve()
        assert other == (site / path.relative_to(site / "en") if is_english else site / "en" / path.relative_to(site)).resolve()


def test_no_page_shows_a_bare_value(site):
    """No number with the digits of a machine, no word of one."""
    bare = re.compile(r"(?<![\d.])\d+[.,]\d{4,}|\b(?:nan|None|NaT|null|inf|True|False)\b|\d{4}-\d{2}-\d{2} 00:00")
    for path in some_pages(site):
        if path.parent.name in {"doc", "mart"} or path.name in {"metrics.html", "dictionary.html"}:
            continue  # words of the project, with its examples
        body = path.read_text(encoding="utf-8").partition("<body>")[2]
        words = re.sub(r'<pre.*?</pre>|<(\w+) lang="en">.*?</\1>|<td class="long">.*?</td>|<[^>]*>', " ", body, flags=re.DOTALL)
        assert not bare.findall(words), path


@pytest.mark.parametrize("code", CODES)
def test_every_page_of_the_docs_is_in_the_site(site, code):
    """In both frames, said to be English, and reached from the index."""
    folder = site / ("" if code == "id" else code)
    sources = {path for path in QUESTIONS.parent.rglob("*.md") if path.name != "README.md"}
    written = {path.name for path in (folder / "doc").glob("*.html")}
    assert written == {f"{str(path.relative_to(QUESTIONS.parent).with_suffix('')).replace('/', '-')}.html" for path in sources}
    reached = {str(link["href"]).rpartition("/")[2] for link in page(folder / "docs.html").select(".prose a[href]")}
    assert written <= reached
    for name in written:
        found = page(folder / "doc" / name)
        assert found.select_one("h1")["lang"] == "en"
        assert found.select_one(".prose")["lang"] == "en"
        assert found.select_one('nav a[aria-current="page"]').get_text() == Language(code)("nav.docs")


def test_pages_are_small(site):
    largest = max(pages(site), key=lambda path: path.stat().st_size)
    assert largest.stat().st_size < 500_000


def test_every_open_column_has_words_in_both_languages(marts):
    columns = {
        name for (name,) in marts.execute("select column_name from duckdb_columns() where not internal and schema_name = 'main'").fetchall()
    }
    assert columns <= _texts("columns").keys()


def test_the_manifest_names_every_file_of_the_site(night, site):
    from pipelines.publishing import keeping, shelf

    files = shelf.manifest_of(site.parent)["files"]
    assert {str(path.relative_to(site.parent)) for path in site.rglob("*") if path.is_file()} <= files.keys()
    assert not keeping.findings(site.parent)


def test_a_city_without_any_data_has_a_site_all_the_same(night, tmp_path):
    """The first night of an installation may bring nothing, or only some extracts."""
    import json

    from pipelines.publishing import shelf
    from pipelines.reporting.site import build_site

    database = tmp_path / "competency.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"attach '{(night.settings.releases / 'current').resolve() / 'open' / 'competency.duckdb'}' as release (read_only)"
        )
        for (name,) in connection.execute("select table_name from duckdb_tables() where database_name = 'release'").fetchall():
            connection.execute(f"create table {name} as from release.main.{name} limit 0")
    facts = shelf.manifest_of((night.settings.releases / "current").resolve())
    manifest = json.loads((night.settings.dbt_target / "manifest.json").read_text(encoding="utf-8"))
    assert build_site(database, tmp_path / "site", manifest=manifest, facts=facts) > len(MENU) * 2
    assert Language("id")("front.empty") in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    for path in pages(tmp_path / "site"):
        for link in page(path).select("a[href]"):
            address = str(link["href"]).partition("#")[0]
            if address and not urlparse(address).scheme and "/open/" not in address:
                assert (path.parent / unquote(address)).resolve().is_file(), f"{path.name}: {address}"
