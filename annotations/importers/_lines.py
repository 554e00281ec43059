"""Text files of unknown encoding as lines of bounded length, so that no file fills the memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from annotations.importers._fields import UnreadableError

LINE_LENGTH = 1_000_000
_CHUNK = 1 << 20
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def find_encoding(path: Path) -> str:
    """A byte order mark; else UTF-16 where most second bytes are zero; else UTF-8 where all bytes are; else cp1252."""
    with path.open("rb") as stream:
        start = stream.read(4096)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if start[offset::2].count(0) * 3 > len(start):
            return encoding
    return "utf-8" if _is_utf8(path) else "cp1252"


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def open_text(path: Path) -> TextIO:
    """Bytes that are no text become lone surrogates, which `read_text` refuses with their row and field."""
    encoding = find_encoding(path)
    errors = "strict" if encoding.startswith("utf-16") else "surrogateescape"
    return path.open(encoding=encoding, errors=errors, newline="")


def bounded_lines(stream: TextIO) -> Iterator[str]:
    """Raises UnreadableError at the first line longer than LINE_LENGTH; what follows it is not read."""
    while line := stream.readline(LINE_LENGTH + 1):
        if len(line) > LINE_LENGTH:
            raise UnreadableError(
                "", line[:100], f"A line is longer than {LINE_LENGTH:,} characters. Nothing after it was read."
            )
        yield line


def count_rows(path: Path, *, quoted: bool) -> int:
    """Lines that hold something; with `quoted`, a line break between double quotes does not begin a new one."""
    rows, inside = 0, False
    with path.open("rb") as stream:
        while line := stream.readline(_CHUNK):
            if quoted and line.count(b'"') % 2:
                inside = not inside
            ended = line.endswith(b"\n") or len(line) < _CHUNK
            rows += ended and not inside and bool(line.strip(b"\r\n\t \x00\xff\xfe\xef\xbb\xbf"))
    return rows
