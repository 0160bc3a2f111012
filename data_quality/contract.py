"""The contract of an extract, read once from its ODCS v3 file and kept as plain values.

Everything that needs to know a column (typing, validation, personal-data handling, dbt sources, dictionary) reads it
from here, so that a column is declared in one place: ``contracts/<source>/<name>.odcs.yaml``.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from open_data_contract_standard.model import OpenDataContractStandard

from data_quality import contract_form
from data_quality.errors import ConfigurationError
from data_quality.event_times import BOUNDS, EventTime, rules_of_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from open_data_contract_standard.model import CustomProperty, DataQuality, SchemaProperty

CONTRACTS_DIR = Path(__file__).parent / "contracts"
REFERENCE_DIR = Path(__file__).parent.parent / "dbt_project" / "seeds" / "reference"

Severity = Literal["error", "warning"]
Kind = Literal["snapshot", "events", "updated_events"]
Classification = Literal["internal", "pseudonymised", "generalised", "masked", "withheld", "forbidden"]

STORED: frozenset[str] = frozenset({"internal", "pseudonymised", "generalised", "masked"})
"""Classes whose columns reach the lake; ``withheld`` is only checked, ``forbidden`` is not even read."""

MELTED_MARK = ":"
"""Separates a melted column's name from the competency it stands for: ``level:M.1``."""

NIP_SIDES = ("nip_birth_on", "nip_adult_on", "nip_sex", "nip_kind", "nip_appointed_on")
"""What a NIP says besides of whom it is, for rules to hold other columns against."""
DELIVERY_RULES = frozenset({"columns_present", "max_rejected_share", "max_key_conflict_share"})
"""Rules on a delivery as a whole that every contract has, for whatever judges deliveries asks for their bounds."""


class ContractError(ConfigurationError):
    """A contract that cannot be used; the text names the file and what to mend."""


@dataclass(frozen=True)
class Rule:
    """One quality rule. ``check_id`` is the reason written beside a rejected row and the name of the Dagster check."""

    check_id: str
    description: str
    dimension: str
    severity: Severity
    how_to_resolve: str
    expectation: str = ""
    kwargs: dict[str, Any] = field(default_factory=dict, hash=False)
    bound: float | None = None
    description_id: str = ""
    how_to_resolve_id: str = ""


@dataclass(frozen=True)
class Column:
    """One column: ``name`` in the warehouse, ``header`` and ``aliases`` in the files."""

    name: str
    header: str
    aliases: tuple[str, ...]
    parser: str
    required: bool
    classification: Classification
    description: str
    codes: str | None = None
    value_map: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    derive: dict[str, str] = field(default_factory=dict, hash=False)
    into: str | None = None
    melted_unless: str | None = None
    one_of: str | None = None
    range_part: Literal["start", "end"] | None = None
    range_end_into: str | None = None
    separator: str | None = None
    adult_age: int | None = None
    default: str | None = None
    event_time: EventTime | None = None
    rules: tuple[Rule, ...] = ()

    @property
    def is_stored(self) -> bool:
        return self.classification in STORED and self.into is None

    @property
    def headers(self) -> tuple[str, ...]:
        return (self.header, *self.aliases)

    @cached_property
    def reference(self) -> CodeList | None:
        """The code list that the column's values must belong to, or None for a free column."""
        if not self.codes:
            return CodeList.from_value_map(self.value_map) if self.value_map else None
        listed = code_list(self.codes)
        written = {fold(form): code for code, forms in self.value_map.items() for form in forms}
        return CodeList(listed.canonical, {**written, **listed.forms}, listed.attributes)


_NO_WHOLE_CODE = re.compile(r"[-+−–]\s*\d+(?:[.,]\d+)?|\d*[.,]\d+")


@dataclass(frozen=True)
class CodeList:
    """Canonical codes and every written form that means one of them."""

    canonical: frozenset[str]
    forms: dict[str, str]
    attributes: dict[str, dict[str, str]] = field(default_factory=dict, hash=False)

    @classmethod
    def from_value_map(cls, value_map: dict[str, tuple[str, ...]]) -> CodeList:
        forms = {fold(form): code for code, written in value_map.items() for form in (code, *written)}
        return cls(frozenset(value_map), forms)

    def lookup(self, text: str) -> str | None:
        """The canonical code of a written form; leading zeros do not matter (``05`` is also written ``5``).

        A number below zero or with decimals is no form of a whole one: ``-1`` is what survey tools write for no answer.
        """
        if text in self.canonical:
            return text
        if _NO_WHOLE_CODE.fullmatch(text):
            return None
        folded = fold(text)
        return self.forms.get(folded) or self.forms.get(folded.lstrip("0"))


def fold(text: str) -> str:
    """Fold a header or a code to what identifies it: no case, no blanks, no punctuation."""
    return re.sub(r"[\W_]+", "", text.casefold())


@lru_cache(maxsize=64)
def code_list(name: str) -> CodeList:
    """Read ``seeds/reference/<name>.csv``: the first column is the code, ``name_id`` a written form of it.

    A name that stands for several codes (eselon ``I.a`` is 10 and 11) is no written form of any.
    """
    path = REFERENCE_DIR / f"{name}.csv"
    if not path.is_file():
        raise ContractError(f"code list {name!r} does not exist: {path}")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    key = next(iter(rows[0]))
    forms: dict[str, str] = {}
    ambiguous: set[str] = set()
    for row in rows:
        code = row[key]
        name, grade = row.get("name_id", ""), row.get("grade_name_id", "")
        grades = {grade, grade.replace("Tingkat", "Tk")}  # Penata Muda Tk. I, as offices write it
        written = {fold(form) for grade in grades for form in (name, grade + name, name + grade)} - {""}
        for form in written:
            if forms.setdefault(form, code) != code:
                ambiguous.add(form)
    forms = {form: code for form, code in forms.items() if form not in ambiguous}
    for row in rows:
        code = row[key]
        forms[fold(code)] = code
        forms.setdefault(fold(code).lstrip("0"), code)
    return CodeList(frozenset(row[key] for row in rows), forms, {row[key]: row for row in rows})


@dataclass(frozen=True)
class Contract:
    """The contract of one extract."""

    source: str
    name: str
    folder: str
    kind: Kind
    cadence: str
    purpose: str
    owner: str
    grain: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    delivery_rules: tuple[Rule, ...]
    freshness_hours: dict[str, float] = field(default_factory=dict, hash=False)
    retention_years: int | None = None
    rejected_days: int | None = None
    date_order: Literal["day_first", "month_first"] = "day_first"

    @property
    def extract(self) -> str:
        """Name within the warehouse, e.g. ``hr/employees``."""
        return f"{self.source}/{self.name}"

    @cached_property
    def key(self) -> tuple[str, ...]:
        return tuple(self._key)

    _key: tuple[str, ...] = ()

    @cached_property
    def read_columns(self) -> tuple[Column, ...]:
        """Columns that may be read at all: the forbidden ones are dropped by their header alone."""
        return tuple(column for column in self.columns if column.classification != "forbidden")

    @property
    def is_snapshot(self) -> bool:
        """Whether a delivery holds everything there is, so that what it does not hold is gone."""
        return self.kind == "snapshot"

    @cached_property
    def stored_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_stored)

    @cached_property
    def melted(self) -> Column | None:
        """The column of which a file has one for every competency, if any."""
        return next((column for column in self.columns if column.into), None)

    @cached_property
    def row_rules(self) -> tuple[Rule, ...]:
        """Every rule that a single row can break, those that the columns imply (required, code) included."""
        implied = (rule for column in self.read_columns for rule in _implied_rules(column))
        declared = (rule for column in self.read_columns for rule in column.rules)
        return (*implied, *declared, *self.rules)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _implied_rules(column: Column) -> list[Rule]:
    """Rules that follow from how a column is declared."""
    header = column.header
    rules = []
    if column.required:
        rules.append(
            Rule(f"{column.name}.required", f"{header} is filled.", "completeness", "error", f"Fill the column {header}.",
                 "expect_column_values_to_not_be_null", {"column": column.name},
                 description_id=f"{header} terisi.", how_to_resolve_id=f"Isi kolom {header}.")
        )  # fmt: skip
    if column.reference is not None:
        rules.append(
            Rule(f"{column.name}.unknown_code", f"{header} holds a known code.", "validity", "error",
                 f"Write a known code as {header}, or map the office's own in a profile (config/sources).",
                 "expect_column_values_to_be_in_set",
                 {"column": column.name, "value_set": sorted(column.reference.canonical)},
                 description_id=f"{header} berisi kode yang dikenal.",
                 how_to_resolve_id=f"Tulis {header} dengan kode yang berlaku, atau petakan kode kantor dalam profil (config/sources).")
        )  # fmt: skip
    return [*rules, *(Rule(**fields) for fields in rules_of_time(column.name, header, column.event_time))]


def _custom(properties: Sequence[CustomProperty] | None) -> dict[str, Any]:
    return {item.property: item.value for item in properties or [] if item.property}


def _rule(quality: DataQuality, column: str | None = None) -> Rule:
    implementation = quality.implementation if isinstance(quality.implementation, dict) else {}
    custom = _custom(quality.customProperties)
    severity: Severity = "warning" if quality.severity == "warning" else "error"
    rule_id = str(quality.id)
    return Rule(
        check_id=f"{column}.{rule_id}" if column else rule_id,
        description=quality.description or rule_id,
        dimension=str(quality.dimension or "validity"),
        severity=severity,
        how_to_resolve=quality.businessImpact or quality.description or "",
        expectation=str(implementation.get("type", "")),
        kwargs=dict(implementation.get("kwargs", {})),
        bound=implementation.get("bound"),
        description_id=str(custom.get("descriptionId", "")),
        how_to_resolve_id=str(custom.get("businessImpactId", "")),
    )


def _column(item: SchemaProperty) -> Column:
    custom = _custom(item.customProperties)
    name = str(item.name)
    value_map = {str(code): tuple(map(str, forms)) for code, forms in (custom.get("valueMap") or {}).items()}
    return Column(
        name=name,
        header=item.physicalName or name,
        aliases=tuple(map(str, custom.get("aliases", ()))),
        parser=str(custom.get("parser", "text")),
        required=bool(item.required),
        classification=item.classification or "internal",
        description=item.description or "",
        codes=custom.get("codes"),
        value_map=value_map,
        derive=dict(custom.get("derive", {})),
        into=custom.get("into"),
        melted_unless=custom.get("meltedUnless"),
        one_of=custom.get("oneOf"),
        range_part=custom.get("rangePart"),
        range_end_into=custom.get("rangeEndInto"),
        separator=custom.get("separator"),
        adult_age=custom.get("adultAge"),
        default=custom.get("default"),
        event_time=custom.get("eventTime"),
        rules=tuple(_rule(rule, name) for rule in item.quality or []),
    )


def parse_contract(path: Path) -> Contract:
    """Read one ODCS file. Raises ContractError, naming file and line, when it is not a usable contract."""
    if found := contract_form.slips(path):
        raise ContractError("\n".join(f"{path}:{slip}" for slip in found))
    try:
        document = OpenDataContractStandard.from_file(str(path))
        custom = _custom(document.customProperties)
        schema = (document.schema_ or [])[0]
        sla = {item.property: item.value for item in document.slaProperties or []}
        source, name = str(document.name).split("/")
        properties = schema.properties or []
        keys = sorted((item for item in properties if item.primaryKey), key=lambda item: item.primaryKeyPosition or 0)
        quality = schema.quality or []
        contract = Contract(
            source=source,
            name=name,
            folder=str(custom["landingFolder"]),
            kind=custom["deliveryKind"],
            cadence=str(sla.get("frequency", "on_change")),
            purpose=str(document.description.purpose if document.description else ""),
            owner=str(document.team.name if document.team else ""),
            grain=str(schema.dataGranularityDescription or ""),
            columns=tuple(_column(item) for item in properties),
            rules=tuple(_rule(rule) for rule in quality if rule.engine == "greatExpectations"),
            delivery_rules=tuple(_rule(rule) for rule in quality if rule.engine == "delivery"),
            freshness_hours={
                level: float(sla[f"freshness{level.capitalize()}"])
                for level in ("warning", "error")
                if f"freshness{level.capitalize()}" in sla
            },
            retention_years=int(sla["retention"]) if "retention" in sla else None,
            rejected_days=int(sla["retentionRejected"]) if "retentionRejected" in sla else None,
            date_order=custom.get("dateOrder", "day_first"),
            _key=tuple(str(item.name) for item in keys),
        )
    except ContractError:
        raise
    except Exception as error:
        raise ContractError(f"{path}: not a usable ODCS v3 contract: {error}") from error
    _verify(contract, path)
    return contract


def _verify(contract: Contract, path: Path) -> None:
    """Hold a contract against itself, so that a slip in YAML fails at start and not at night."""

    def fail(text: str, name: str, nth: int = 1) -> NoReturn:
        raise ContractError(f"{path}:{contract_form.line_of(path, name=name, nth=nth)}: {text}")

    names = {column.name for column in contract.columns}
    if not contract.key:
        fail("no property has primaryKey: true", "properties")
    missing = DELIVERY_RULES - {rule.check_id for rule in contract.delivery_rules}
    if missing:
        fail(f"the table has no quality entry {', '.join(sorted(missing))}", "quality")
    if contract.is_snapshot and contract.melted:
        fail("a snapshot cannot have a melted column; its rows are kept as a history", contract.melted.name)
    for column in contract.columns:
        if sum(other.name == column.name for other in contract.columns) > 1:
            fail(f"two properties have the name {column.name}", column.name, nth=2)
        if column.codes and not (REFERENCE_DIR / f"{column.codes}.csv").is_file():
            fail(f"the code list {column.codes} does not exist in {REFERENCE_DIR}", column.name)
    known = names | {side for column in contract.columns for side in (*column.derive, "birth_on", *NIP_SIDES)}
    known.update(BOUNDS)
    for rule in contract.row_rules:
        used = [rule.kwargs[part] for part in ("column", "column_A", "column_B") if part in rule.kwargs]
        unknown = [column for column in used if column not in known]
        if unknown:
            fail(f"rule {rule.check_id} names unknown columns {unknown}", rule.check_id.rpartition(".")[2])


@lru_cache(maxsize=4)
def load_contracts(folder: Path = CONTRACTS_DIR) -> tuple[Contract, ...]:
    """All contracts, in the order of source and name."""
    contracts = tuple(parse_contract(path) for path in sorted(folder.glob("*/*.odcs.yaml")))
    if not contracts:
        raise ContractError(f"no contracts under {folder}")
    return contracts


def contract_for(extract: str) -> Contract:
    """The contract of ``source/name``. Raises ContractError naming the known ones."""
    for contract in load_contracts():
        if contract.extract == extract:
            return contract
    raise ContractError(f"no contract {extract!r}; known: {', '.join(c.extract for c in load_contracts())}")
