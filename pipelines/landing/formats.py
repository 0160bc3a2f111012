"""What a file is, by its first bytes. The end of its name is only looked at for what bytes cannot tell."""

from __future__ import annotations

import codecs
import mmap
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipelines.landing.refusals import UnreadableFileError, is_of_the_disk

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.landing.limits import Limits

Kind = Literal["text", "gzip", "xlsx", "xls", "ods", "parquet"]

_SHORT = 1_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_EXPECTED: dict[str, tuple[Kind, ...]] = {
    "csv": ("text",), "tsv": ("text",), "txt": ("text",), "gz": ("gzip",), "xlsx": ("xlsx",), "xlsm": ("xlsx",), "xlsb": ("xlsx",),
    "xls": ("xls",), "ods": ("ods",), "parquet": ("parquet",),
}  # fmt: skip
SUFFIXES = ("csv", "csv.gz", "tsv", "tsv.gz", "txt", "xlsx", "xlsm", "xlsb", "xls", "ods", "parquet")


@dataclass(frozen=True)
class Format:
    """The kind of a file and the evidence for it; ``contradicts_name`` where the name says something else."""

    kind: Kind
    evidence: str
    contradicts_name: bool = False


def detect_format(path: Path, limits: Limits) -> Format:
    """Recognise a file. Raises UnreadableFileError for what no office should have to guess about."""
    with path.open("rb") as stream:
        start = stream.read(512)
    if not start:
        raise UnreadableFileError(path.name, "empty")
    kind, evidence = _kind(path, start, limits)
    expected = _EXPECTED.get(path.name.lower().rsplit(".", 1)[-1], ())
    return Format(kind, evidence, contradicts_name=kind not in expected)


def _kind(path: Path, start: bytes, limits: Limits) -> tuple[Kind, str]:
    if start.startswith(b"PK\x03\x04"):
        return _zipped(path, limits)
    if start.startswith(_OLE):
        return _compound(path)
    if start.startswith(b"PAR1"):
        return "parquet", "begins with PAR1"
    if start.startswith(b"\x1f\x8b"):
        return "gzip", "gzip signature"
    if start.startswith(b"%PDF"):
        raise UnreadableFileError(path.name, "pdf")
    _refuse_markup(path, start)
    return "text", "no signature of another format"


def _refuse_markup(path: Path, start: bytes) -> None:
    """Many web applications send a page under the name of a workbook."""
    text = start.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if text.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<style", b"<div")):
        raise UnreadableFileError(path.name, "web_page")
    if text.startswith(b"<?xml"):
        raise UnreadableFileError(path.name, "xml")


def _zipped(path: Path, limits: Limits) -> tuple[Kind, str]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member.filename: member for member in archive.infolist()}
            kind_of_content = archive.read("mimetype")[:100] if _is_small(members.get("mimetype")) else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        # What zipfile says of archives that are cut off or forged (OSError: a seek before the start), of methods that it does not
        # know (NotImplementedError) and of members under a password (RuntimeError).
        if is_of_the_disk(error):
            raise
        raise UnreadableFileError(path.name, "damaged", detail="zip") from error
    unpacked = sum(member.file_size for member in members.values())
    if unpacked > limits.unpacked_mb << 20:
        raise UnreadableFileError(path.name, "unpacks_too_large", mb=limits.unpacked_mb)
    if any(member.flag_bits & 1 for member in members.values()):
        raise UnreadableFileError(path.name, "password")
    if any(name.startswith("xl/workbook") for name in members):
        return "xlsx", "a zip archive with xl/workbook"
    if b"opendocument.spreadsheet" in kind_of_content:
        return "ods", "a zip archive whose mimetype is opendocument.spreadsheet"
    raise UnreadableFileError(path.name, "archive")


def _is_small(member: zipfile.ZipInfo | None) -> bool:
    return member is not None and member.file_size < _SHORT


def _compound(path: Path) -> tuple[Kind, str]:
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(_ENCRYPTED) >= 0:
            raise UnreadableFileError(path.name, "password")
    return "xls", "compound-document signature"
