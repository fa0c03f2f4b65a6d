"""What every refusal has in common: one line, not a long one."""

from __future__ import annotations


def one_line(error: Exception, most: int = 400) -> None:
    """What a user is told. A value is shown as Python writes it: a line break in it is none in the message."""
    assert str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < most
