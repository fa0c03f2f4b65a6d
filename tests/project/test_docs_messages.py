"""Messages that the troubleshooting page quotes are messages of this program."""

import ast
import re

from docs_blocks import ROOT

PAGE = ROOT / "docs/troubleshooting.md"
SOURCES = [path for folder in ("lib_outpaint", "scripts") for path in sorted((ROOT / folder).rglob("*.py"))]


def strings(tree: ast.AST) -> list[str]:
    """Every text in a module, with … for what a format string puts in."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
        elif isinstance(node, ast.JoinedStr):
            found.append("".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values))
    return found


def test_quoted_messages_exist():
    said = "\n".join(text for path in SOURCES for text in strings(ast.parse(path.read_text(encoding="utf8"))))
    rows = [line for line in PAGE.read_text(encoding="utf8").splitlines() if line.startswith("| ")]
    quoted = [message for row in rows for message in re.findall(r"`([^`]+)`", row.split(" | ")[0]) if " " in message]
    assert len(quoted) > 15
    for message in quoted:
        parts = [part.strip() for part in re.split("…|: ", message)]  # ": " comes between a field and its message
        missing = [part for part in parts if len(part) > 3 and part not in said]
        assert not missing, f"{message!r}: nothing says {missing}"
