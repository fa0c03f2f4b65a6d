"""What the program says to people: a code and values. English and Chinese are two formats of it.

The formats stand in the modules of this folder, one an area, both languages side by side. A format is Python's own
("{low:g}"), with these additions: a value that is a message itself is written in the same language; `{x!r}` quotes texts and
cuts what is long; `{field}` is a parameter, which a caller may name in its own words (the page does: by the panel's label).
"""

from .message import LANGUAGES, Message, formats, message
from .names import folded, near, same

__all__ = ["LANGUAGES", "Message", "folded", "formats", "message", "near", "same"]
