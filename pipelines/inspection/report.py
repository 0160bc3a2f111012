"""What the inspection of one file found, as plain values in the language of whoever reads it. How they are shown is the
business of ``terminal``, ``page`` and ``workbook``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pipelines.inspection.words import Words

if TYPE_CHECKING:
    from data_quality.contract import Severity
    from pipelines.inspection.words import Language

Verdict = Literal["accepted", "blocked", "refused"]
ColumnFate = Literal["understood", "supplied", "missing_required", "missing_optional", "personal", "unknown"]
SCHEMA_VERSION = 1
MOST_PLACES = 20


@dataclass(frozen=True)
class ShownCell:
    """A cell as it may be shown: ``column`` is the letter of a spreadsheet, empty where the file has no such column."""

    header: str
    column: str
    value: str


@dataclass(frozen=True)
class Place:
    """Where a rule is broken. A rule over several columns has a cell for each; a fault of a whole row may have none."""

    sheet: str
    row: int
    cells: tuple[ShownCell, ...]
    suggestion: str = ""

    @property
    def column(self) -> str:
        return ", ".join(cell.column for cell in self.cells if cell.column)

    @property
    def header(self) -> str:
        return ", ".join(cell.header for cell in self.cells if cell.header)

    @property
    def value(self) -> str:
        if len(self.cells) == 1:
            return self.cells[0].value
        return " | ".join(f"{cell.column or cell.header}: {cell.value}" for cell in self.cells)


@dataclass(frozen=True)
class Problem:
    """A rule that rows break; ``count`` rows do, and ``places`` are the first of them."""

    check_id: str
    severity: Severity
    headers: tuple[str, ...]
    columns: tuple[str, ...]
    dimension: str
    problem: str
    mend: str
    count: int
    places: tuple[Place, ...]

    def place_name(self, words: Words) -> str:
        """Where in the file the problem is: ``GOL AKHIR ID (G)``, or the row as a whole."""
        if not self.headers:
            return words("places.whole_row")
        letters = dict(zip(self.headers, self.columns, strict=False)) if len(self.columns) == len(self.headers) else {}
        return ", ".join(f"{header} ({letters[header]})" if header in letters else header for header in self.headers)


@dataclass(frozen=True)
class ColumnSeen:
    """A column of the file or of the contract; ``expected`` is the header that the contract gives it."""

    fate: ColumnFate
    header: str
    column: str = ""
    expected: str = ""
    nearest: str = ""


@dataclass(frozen=True)
class FormatSeen:
    """How a column of dates or numbers was read, and from what that was concluded."""

    header: str
    column: str
    read_as: str
    evidence: str


@dataclass(frozen=True)
class Coercion:
    """A written form that was turned into the standard one, in ``count`` cells of a column."""

    header: str
    rule: str
    what: str
    count: int


@dataclass(frozen=True)
class RowCounts:
    """``read`` is always the sum of the three fates; ``outside`` are totals and signatures, which are no rows."""

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicate: int = 0
    outside: int = 0

    def __post_init__(self) -> None:
        if self.read != self.accepted + self.rejected + self.duplicate:
            raise AssertionError(f"{self.read} rows read are not {self.accepted} + {self.rejected} + {self.duplicate}")


@dataclass(frozen=True)
class InspectionReport:
    """Everything that a person needs to know of a file before it is delivered."""

    language: Language
    file: str
    extract: str
    folder: str
    found: str
    verdict: Verdict
    sentence: str
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    detection: dict[str, Any] = field(default_factory=dict, hash=False)
    rows: RowCounts = field(default_factory=RowCounts)
    columns: tuple[ColumnSeen, ...] = ()
    formats: tuple[FormatSeen, ...] = ()
    coercions: tuple[Coercion, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def words(self) -> Words:
        return Words(self.language)

    @property
    def has_sheets(self) -> bool:
        """Whether places are in more than one sheet, so that the row alone does not say where."""
        return len({place.sheet for problem in self.problems for place in problem.places}) > 1

    @property
    def absent(self) -> str:
        """The columns that the file may have and has not, for one sentence."""
        return ", ".join(column.expected for column in self.columns if column.fate == "missing_optional")

    def facts(self) -> list[tuple[str, str]]:
        """What the file is, as pairs of label and text."""
        words, detection = self.words, self.detection
        facts = [(words("label.file"), self.file)]
        if self.extract:
            facts += [(words("label.extract"), f"{self.folder} ({self.extract})"), (words("label.found"), self.found)]
        if "format" in detection:
            facts.append((words("label.format"), words.get(f"format.{detection['format']}", str(detection["format"]))))
        if detection.get("format_note"):
            facts.append(("", words("format.contradicts")))
        if "encoding" in detection:
            evidence = words.evidence(str(detection.get("encoding_evidence", "")))
            facts.append((words("label.encoding"), f"{detection['encoding']} ({evidence})"))
        if "delimiter" in detection:
            facts.append((words("label.delimiter"), words.get(f"delimiter.{detection['delimiter']}", str(detection["delimiter"]))))
        if sheets := detection.get("sheets") or [name for name in (detection.get("sheet"),) if name]:
            facts.append((words("label.sheet"), ", ".join(map(str, sheets))))
        for key in ("sheets_ignored", "sheets_hidden"):
            if detection.get(key):
                facts.append((words(f"label.{key}"), ", ".join(map(str, detection[key]))))
        if "header_row" in detection:
            facts.append((words("label.header_row"), str(detection["header_row"])))
        if outside := detection.get("rows_outside"):
            rest = ", …" if self.rows.outside > len(outside) else ""
            facts.append((words("label.outside"), ", ".join(outside) + rest))
        return facts

    def counts(self) -> list[tuple[str, int]]:
        """The fates of the rows, as pairs of label and count."""
        fates = ("read", "accepted", "rejected", "duplicate", "outside")
        labels = {fate: f"rows.{fate}" for fate in fates} | ({"accepted": "rows.right"} if self.verdict == "blocked" else {})
        return [(self.words(labels[fate]), getattr(self.rows, fate)) for fate in fates]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values. Keys stay the same within a ``schema_version``; texts are in ``language``.

        ``schema_version`` 1:

        * ``language`` id or en; ``file`` name; ``extract`` (``hr/employees``), ``folder`` (``hr/pegawai``), both empty where
          the kind of data was not recognised; ``found`` how it was recognised, in words
        * ``verdict`` accepted, blocked (a rule on the whole delivery is broken) or refused (cannot be read); ``sentence`` says
          it to a person; ``reasons`` and ``notes`` are lists of sentences
        * ``detection``: what the reader found (``format``, ``encoding``, ``delimiter``, ``sheet``, ``header_row``, ...)
        * ``rows``: read = accepted + rejected + duplicate; outside
        * ``columns``: list of fate (understood, supplied, missing_required, missing_optional, personal, unknown), header,
          column (letter), expected, nearest
        * ``formats``: list of header, column, read_as, evidence; ``coercions``: list of header, rule, what, count
        * ``problems``: list of check_id, severity (error, warning), headers, columns, dimension, problem, mend, count and
          ``places``: at most ``MOST_PLACES`` of sheet, row, column, value, suggestion, cells (header, column, value)
        """
        content = asdict(self)
        for problem, found in zip(content["problems"], self.problems, strict=True):
            problem["places"] = [{**asdict(place), "column": place.column, "value": place.value} for place in found.places[:MOST_PLACES]]
        return {"schema_version": SCHEMA_VERSION, **content}
