"""The sentence that says of which sides or coins there are too few."""

from __future__ import annotations


def too_few(present: int, absent: int, needed: int, noun: str, *, of: int = 0) -> str:
    """As "only 1 coin shows it; 5 are needed"; empty where as many as needed show a concept, and do not.

    `noun` in the singular; `of` of how many they are counted, where that is to be said.
    """
    for count, one, more in (
        (present, "shows it", "show it"),
        (absent, "is known not to show it", "are known not to show it"),
    ):
        if count < needed:
            return f"{_counted(count, noun, of)} {one if count < 2 else more}; {needed} are needed"
    return ""


def _counted(count: int, noun: str, of: int) -> str:
    if not count:
        return f"none of {of} {noun}s" if of > 1 else f"no {noun}"
    if of > 1:
        return f"only {count} of {of} {noun}s"
    return f"only {count} {noun}{'' if count == 1 else 's'}"
