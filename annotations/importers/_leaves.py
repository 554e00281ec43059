"""An XML record read part by part, which remembers the parts that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse

from annotations.importers._fields import UnreadableError

LARGEST = 10_000_000


class Leaves:
    """Elements and attributes go by local name: the namespaces of records vary, their words do not."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self._taken: set[Element] = set()

    def all(self, path: str) -> list[Element]:
        found = self.root.findall(path)
        self._taken.update(found)
        return found

    def first(self, path: str) -> Element | None:
        """Takes only the first: what follows it stays among the rest."""
        found = self.root.find(path)
        if found is not None:
            self._taken.add(found)
        return found

    def take(self, *elements: Element) -> None:
        self._taken.update(elements)

    def rest(self, path: str) -> Iterator[tuple[Element, Element]]:
        """Every element below `path` that holds text or a link and was not taken, with its parent, in order."""
        stack = [(child, parent) for parent in self.root.findall(path) for child in reversed(parent)]
        while stack:
            element, parent = stack.pop()
            if element in self._taken:
                continue
            if self._says_something(element):
                yield element, parent
            else:
                stack.extend((child, element) for child in reversed(element))

    def _says_something(self, element: Element) -> bool:
        if element.text and element.text.strip():
            return True
        return bool(element.get("href")) and self._taken.isdisjoint(element.iter())


def text_of(element: Element | None, between: str = "") -> str:
    """All text within, on one line; `between` stands between the texts of neighbouring elements."""
    return "" if element is None else " ".join(between.join(element.itertext()).split())


def parse_record(path: Path) -> Element:
    """Raises UnreadableError for what is no XML, declares a document type or entities, or is over 10 MB."""
    try:
        if path.stat().st_size > LARGEST:
            raise UnreadableError(
                "", path.name, f"The file is over {LARGEST // 1_000_000} MB: too large for one record."
            )
        root: Element = parse(path, forbid_dtd=True).getroot()
    except DefusedXmlException as error:
        reason = (
            "The file declares a document type or entities, which can fill the memory or read other files. Remove them."
        )
        raise UnreadableError("", path.name, reason) from error
    except ParseError as error:
        raise UnreadableError("", path.name, f"The file is not well-formed XML: {error}.") from error
    except (OSError, ValueError, LookupError) as error:
        raise UnreadableError("", path.name, f"The file cannot be read: {error}.") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
    return root
