"""Names as people type them: matched without case, with - or blanks for _, and with a guess at what was meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable


def folded(name: str) -> str:
    """What two spellings of one name have in common."""
    return re.sub(r"[-_\s]+", "_", name.strip().casefold())


def same(name: object, known: Iterable[str]) -> str | None:
    """The known name that was meant, as it is spelled there; None when there is none."""
    return {folded(one): one for one in known}.get(folded(name)) if isinstance(name, str) else None


def near(name: object, known: Iterable[str]) -> str | None:
    """The known name that an unknown one looks like; None when there is none."""
    by_folded = {folded(one): one for one in known}
    found = difflib.get_close_matches(folded(str(name))[:80], by_folded, n=1)
    return by_folded[found[0]] if found else None
