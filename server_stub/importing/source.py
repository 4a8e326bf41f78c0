"""Files as rows of text: CSV, XLSX and JSON give the same rows.

Row 1 is the header, so the first row of data is row 2, in JSON too. Nothing is judged here and nothing is left out: a
row that could not be decoded or has too many cells comes with a `fault`.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from server_stub.importing.problems import UnreadableFile

CALAMINE_MISSING = (
    "reading XLSX files needs the extra [import]: install scanner-client[import], or save the sheet as CSV"
)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """`numeric` names the columns whose cell was a number in the file, so that zeros before it are gone."""

    number: int
    cells: dict[str, str]
    fault: str = ""
    numeric: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """`trimmed`: how many cells had blanks around them, which are taken off."""

    header: tuple[str, ...]
    rows: tuple[SourceRow, ...]
    encoding: str = "utf-8"
    trimmed: int = 0


@dataclass(slots=True)
class _Gathered:
    header: tuple[str, ...]
    rows: list[SourceRow] = field(default_factory=list)
    trimmed: int = 0

    def add(self, cells: Iterable[Any], fault: str = "") -> None:
        values = list(cells)
        if len(values) > len(self.header) and any(_text(value).strip() for value in values[len(self.header) :]):
            fault = fault or f"the row has {len(values)} cells and the header names {len(self.header)}"
        texts = [_text(value) for value in values]
        self.trimmed += sum(text != text.strip() for text in texts)
        named = dict.fromkeys(self.header, "") | {n: t.strip() for n, t in zip(self.header, texts, strict=False)}
        numbers = frozenset(
            n for n, v in zip(self.header, values, strict=False) if isinstance(v, int | float | Decimal)
        )
        self.rows.append(SourceRow(len(self.rows) + 2, named, fault or _emptiness(named), numbers))

    def source(self, encoding: str = "utf-8") -> Source:
        return Source(self.header, tuple(self.rows), encoding, self.trimmed)


def _emptiness(cells: dict[str, str]) -> str:
    return "" if any(cells.values()) else "the row is empty"


def read_source(path: Path, *, encoding: str = "", delimiter: str = "") -> Source:
    """Read a file by its ending. Raises UnreadableFile. `encoding` is tried where a CSV or JSON file is not UTF-8."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror or error}") from error
    match path.suffix.casefold():
        case ".xlsx" | ".xls" | ".ods":
            return read_sheet(data, path.name)
        case ".json":
            return read_json(data, path.name, encoding)
        case _:
            return read_csv(data, path.name, encoding, delimiter)


def _decoded(data: bytes, name: str, encoding: str) -> tuple[str, str]:
    """Text and the encoding it was in. Without one to fall back on, bytes that are not UTF-8 stay as surrogates."""
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="surrogatepass"), "utf-16"
    try:
        return data.decode(encoding or "utf-8", errors="surrogateescape"), encoding or "utf-8"
    except LookupError as error:
        raise UnreadableFile(f"{name} cannot be read: there is no encoding {encoding!r}; try gb18030") from error


def _encoding_fault(texts: Iterable[str], encoding: str) -> str:
    if any("\udc80" <= sign <= "\udcff" for text in texts for sign in text):
        cure = "name the right one with --encoding" if encoding != "utf-8" else "try --encoding gb18030"
        return f"the row is not {encoding.upper()} text; {cure}"
    return ""


def read_csv(data: bytes, name: str, encoding: str = "", delimiter: str = "") -> Source:
    text, used = _decoded(data, name, encoding)
    first = text.partition("\n")[0]
    sign = delimiter or max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    try:
        header = next(reader, None)
        if not header:
            raise UnreadableFile(f"{name} is empty: the first row must name the columns")
        gathered = _Gathered(_header([cell.strip() for cell in header], name))
        for cells in reader:
            gathered.add(cells, _encoding_fault(cells, used))
    except csv.Error as error:
        raise UnreadableFile(f"{name} is broken at line {reader.line_num}: {error}; mend the quotes there") from error
    return gathered.source(used)


def _header(titles: Sequence[str], name: str) -> tuple[str, ...]:
    seen: set[str] = set()
    for title in titles:
        if title and title in seen:
            raise UnreadableFile(f"{name} names the column {title!r} twice; give each column its own name")
        seen.add(title)
    return tuple(title or f"column {place}" for place, title in enumerate(titles, 1))


def read_sheet(data: bytes, name: str) -> Source:
    """The first sheet of a workbook."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415  # an extra, loaded when needed
    except ModuleNotFoundError as error:
        raise UnreadableFile(CALAMINE_MISSING) from error
    try:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise UnreadableFile(f"{name} cannot be read as a workbook: {error}") from error
    if not rows:
        raise UnreadableFile(f"{name} is empty: the first row must name the columns")
    gathered = _Gathered(_header([_text(cell).strip() for cell in rows[0]], name))
    for cells in rows[1:]:
        gathered.add(cells)
    return gathered.source()


def read_json(data: bytes, name: str, encoding: str = "") -> Source:
    """A list of objects; the columns are all keys, in the order in which they first stand."""
    text, used = _decoded(data, name, encoding)
    try:
        found = msgspec.json.Decoder(list[dict[str, Any]], float_hook=Decimal).decode(text.encode("utf-8"))
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise UnreadableFile(f"{name} is not a JSON list of objects: {error}") from error
    gathered = _Gathered(tuple(dict.fromkeys(key for one in found for key in one)))
    for one in found:
        nested = [key for key, value in one.items() if isinstance(value, dict | list)]
        fault = f"the value of {nested[0]!r} is not a single value" if nested else ""
        gathered.add((one.get(key, "") for key in gathered.header), fault)
    return gathered.source(used)


def _text(value: Any) -> str:
    """A cell as text; whole numbers without a fraction, moments as ISO 8601."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() | Decimal():
            return format(Decimal(str(value)).normalize(), "f")
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M")
        case date() | time_of_day() | timedelta():
            return str(value)
        case _:
            return str(value)
