"""Messages that the troubleshooting page quotes are messages of this program."""

import re

from docs_blocks import ROOT

from lib_outpaint.messages import formats

PAGE = ROOT / "docs/troubleshooting.md"
PLACE = re.compile(r"{[^}]*}")


def says(form: str, quoted: str) -> bool:
    """Whether a quote is what a format says: … stands for a value, or at an end of the quote for what is left out."""
    text = PLACE.sub("…", form)
    values = ".+".join(re.escape(part) for part in PLACE.split(form))
    left_out = ".*".join(re.escape(part) for part in re.split("^… ?|…$|…", quoted))
    return re.fullmatch(values, quoted) is not None or re.fullmatch(left_out, text) is not None


def test_quoted_messages_exist() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf8").splitlines() if line.startswith("| ")]
    quoted = [message for row in rows for message in re.findall(r"`([^`]+)`", row.split(" | ")[0]) if " " in message]
    quoted = [message for message in quoted if not message.startswith("pip ")]
    assert len(quoted) > 15
    # What says nothing but a value says everything.
    known = [form.en for form in formats().values() if len(PLACE.sub("", form.en)) > 8]
    assert [message for message in quoted if not any(says(form, message) for form in known)] == []


def test_another_message_is_noticed() -> None:
    form = "{field}: {value!r} is outside {low}..{high}"
    for quoted in ("left: … is outside 0..4096", "… is outside …", "…: … is outside …"):
        assert says(form, quoted), quoted
    for quoted in ("left: … is not outside 0..4096", "… is inside …", "is outside"):
        assert not says(form, quoted), quoted
