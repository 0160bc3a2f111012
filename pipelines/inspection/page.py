"""An inspection report as one HTML page that needs nothing beside it: no network, no script. It prints on A4."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pipelines.inspection.report import MOST_PLACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipelines.inspection.report import InspectionReport, Problem
    from pipelines.inspection.words import Words

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1.5rem; background: #fff; color: #1a1a1a;
       font: 1rem/1.5 system-ui, "Segoe UI", "Liberation Sans", Arial, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .75rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 2px solid #1a1a1a; padding-bottom: .2rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem; }
p { margin: .25rem 0; }
.verdict { border: 2px solid; border-left-width: .75rem; padding: .75rem 1rem; font-size: 1.15rem; font-weight: 600; }
.accepted { border-color: #1b6e3c; background: #eef8f1; }
.blocked, .refused { border-color: #a3161d; background: #fdf0f0; }
.badge { display: inline-block; border: 1px solid; border-radius: .25rem; padding: 0 .45rem; font-size: .875rem; font-weight: 600;
         white-space: nowrap; overflow-wrap: normal; }
.error { color: #8f1018; background: #fdf0f0; }
.warning { color: #6b4700; background: #fff6dd; }
.mend { border-left: .25rem solid #1d4f8b; padding-left: .6rem; }
.more { color: #444; font-style: italic; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-size: .9375rem; }
caption { text-align: left; font-size: .875rem; color: #444; padding: .2rem 0; }
th, td { border: 1px solid #8c8c8c; padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { background: #ececec; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; overflow-wrap: normal; }
td.cell { font-family: ui-monospace, Consolas, "Liberation Mono", monospace; }
td.code, th.code { white-space: nowrap; overflow-wrap: normal; }
.places { table-layout: fixed; }
.places th:nth-last-child(5) { width: 10%; }
.places th:nth-last-child(4) { width: 10%; }
.places th:nth-last-child(3), .places th:nth-last-child(2) { width: 25%; }
.places td.code { white-space: normal; }
.facts th { width: 16rem; background: #f6f6f6; font-weight: 600; }
.counts td:first-child, .counts th[scope=col]:first-child { width: 6rem; }
.wide { overflow-x: auto; }
@media screen and (max-width: 40rem) {
  body { padding: .9rem; }
  .facts th { width: 8rem; }
  .wide table:not(.counts) { min-width: 36rem; }
}
@page { size: A4; margin: 15mm; }
@media print {
  html { font-size: 9pt; }
  body { max-width: none; padding: 0; }
  .wide { overflow: visible; }
  h2, h3, .problem p { break-after: avoid; }
  tr, .verdict, .problem { break-inside: avoid; }
  thead { display: table-header-group; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
""".strip()
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render_page(report: InspectionReport, *, most_places: int = MOST_PLACES) -> str:
    """The whole page."""
    words = report.words
    title = escape(f"{words('title')}: {report.file}")
    parts = [
        f'<!DOCTYPE html>\n<html lang="{report.language}">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<header>",
        f'<h1>{escape(words("title"))}</h1>\n<p class="verdict {report.verdict}" role="status">{escape(report.sentence)}</p>',
        "</header>\n<main>",
        _sentences("heading.reasons", report.reasons, words),
        _sentences("heading.notes", report.notes, words),
        _facts(report, words),
    ]
    if report.verdict != "refused":
        parts += [_counts(report, words), _summary(report, words), _problems(report, words, most_places)]
    parts += [_columns(report, words), _adapted(report, words), "</main>\n</body>\n</html>\n"]
    return "\n".join(part for part in parts if part)


def _heading(words: Words, key: str) -> str:
    name = key.partition(".")[2]
    return f'<section aria-labelledby="{name}">\n<h2 id="{name}">{escape(words(key))}</h2>'


def _sentences(key: str, sentences: Sequence[str], words: Words) -> str:
    items = "\n".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"{_heading(words, key)}\n<ul>\n{items}\n</ul>\n</section>" if sentences else ""


def _table(caption: str, heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """``heads``: text and class of each column; cells are escaped here, so that none can be forgotten."""
    head = "".join(f'<th scope="col"{_class(name)}>{escape(text)}</th>' for text, name in heads)
    body = []
    for row in rows:
        cells = [f"<td{_class(name)}>{escape(text)}</td>" for text, (_, name) in zip(row, heads, strict=True)]
        body.append(f"<tr>{''.join(cells)}</tr>")
    lines = "\n".join(body)
    return _wide(
        f"<table{_class(kind)}>\n<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>",
        caption,
    )


def _wide(table: str, name: str) -> str:
    """A table that may be wider than a phone scrolls by itself, by keyboard too."""
    return f'<div class="wide" tabindex="0" role="group" aria-label="{escape(name)}">\n{table}\n</div>'


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _facts(report: InspectionReport, words: Words) -> str:
    rows = "\n".join(f'<tr><th scope="row">{escape(label)}</th><td>{escape(text)}</td></tr>' for label, text in report.facts())
    caption = escape(words("caption.file"))
    table = f'<table class="facts">\n<caption>{caption}</caption>\n<tbody>\n{rows}\n</tbody>\n</table>'
    return f"{_heading(words, 'heading.file')}\n{table}\n</section>"


def _counts(report: InspectionReport, words: Words) -> str:
    heads = ((words("head.rows"), "number"), (words("head.fate"), ""))
    rows = [(words.number(count), label) for label, count in report.counts()]
    return f"{_heading(words, 'heading.rows')}\n{_table(words('caption.rows'), heads, rows, 'counts')}\n</section>"


def _summary(report: InspectionReport, words: Words) -> str:
    if not report.problems:
        return f"{_heading(words, 'heading.problems')}\n<p>{escape(words('none.problems'))}</p>\n</section>"
    lines = []
    for number, problem in enumerate(report.problems, start=1):
        cells = (
            f'<td class="number"><a href="#problem-{number}">{number}</a></td>',
            f'<td class="code">{_badge(problem, words)}</td>',
            f'<td class="number">{words.number(problem.count)}</td>',
            f"<td>{escape(problem.place_name(words))}</td>",
            f"<td>{escape(problem.problem)}</td>",
        )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    heads = (("head.number", "number"), ("head.severity", "code"), ("head.rows", "number"), ("head.header", ""), ("head.problem", ""))
    head = "".join(f'<th scope="col"{_class(name)}>{escape(words(key))}</th>' for key, name in heads)
    body = "\n".join(lines)
    legend = "".join(f"<p>{escape(words(f'severity.{severity}'))}.</p>" for severity in ("error", "warning"))
    caption = words("caption.problems")
    table = f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    return f"{_heading(words, 'heading.problems')}\n{_wide(table, caption)}\n{legend}\n</section>"


def _badge(problem: Problem, words: Words) -> str:
    return f'<span class="badge {problem.severity}">{escape(words(problem.severity))}</span>'


def _problems(report: InspectionReport, words: Words, most_places: int) -> str:
    if not report.problems:
        return ""
    sections = [_problem(report, number, problem, words, most_places) for number, problem in enumerate(report.problems, start=1)]
    return f"{_heading(words, 'heading.places')}\n" + "\n".join(sections) + "\n</section>"


def _problem(report: InspectionReport, number: int, problem: Problem, words: Words, most_places: int) -> str:
    heads = [(words("label.sheet"), "")] if report.has_sheets else []
    heads += [(words("head.row"), "number"), (words("head.column"), "code"), (words("head.header"), "")]
    heads += [(words("head.value"), "cell"), (words("head.suggestion"), "")]
    rows = []
    for place in problem.places[:most_places]:
        sheet = [place.sheet] if report.has_sheets else []
        rows.append([*sheet, str(place.row), place.column or words("places.whole_row"), place.header, place.value, place.suggestion])
    more = problem.count - len(rows)
    rest = f'<p class="more">{escape(words("places.more", n=more))}</p>' if more else ""
    caption = words("places.caption", number=str(number), rule=problem.check_id)
    kind = words.get(f"dimension.{problem.dimension}", problem.dimension)
    count = escape(f"{words('places.count', n=problem.count)}, {kind}")
    return (
        f'<article class="problem" aria-labelledby="problem-{number}">\n'
        f'<h3 id="problem-{number}">{number}. {escape(problem.place_name(words))} {_badge(problem, words)} <small>{count}</small></h3>\n'
        f"<p>{escape(problem.problem)}</p>\n"
        f'<p class="mend"><strong>{escape(words("head.mend"))}:</strong> {escape(problem.mend)}</p>\n'
        f"{_table(caption, heads, rows, 'places')}\n{rest}</article>"
    )


def _columns(report: InspectionReport, words: Words) -> str:
    if not report.columns:
        return ""
    heads = [(words("head.column"), "code"), *((words(f"head.{key}"), "") for key in ("header", "expected", "fate", "nearest"))]
    rows = [
        (seen.column, seen.header, seen.expected, words(f"fate.{seen.fate}"), seen.nearest)
        for seen in report.columns
        if seen.fate != "missing_optional"
    ]
    absent = f"<p>{escape(words('columns.absent', columns=report.absent))}</p>\n" if report.absent else ""
    return f"{_heading(words, 'heading.columns')}\n{_table(words('caption.columns'), heads, rows)}\n{absent}</section>"


def _adapted(report: InspectionReport, words: Words) -> str:
    parts = []
    if report.formats:
        heads = [(words("head.column"), "code"), *((words(f"head.{key}"), "") for key in ("header", "read_as", "evidence"))]
        rows = [(item.column, item.header, item.read_as, item.evidence) for item in report.formats]
        parts.append(f"{_heading(words, 'heading.formats')}\n{_table(words('caption.formats'), heads, rows)}\n</section>")
    if report.coercions:
        heads = [(words("head.cells"), "number"), (words("head.header"), ""), (words("head.what"), "")]
        adapted = [(words.number(item.count), item.header, item.what) for item in report.coercions]
        parts.append(f"{_heading(words, 'heading.coercions')}\n{_table(words('caption.coercions'), heads, adapted)}\n</section>")
    return "\n".join(parts)
