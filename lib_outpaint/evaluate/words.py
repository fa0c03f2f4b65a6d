"""What a report says about its own numbers."""

from __future__ import annotations

from collections.abc import Sequence

from .evaluation import Row

ABOUT = (
    "A side was cut off every picture and grown back. All figures but those of the seam look at that area alone, against "
    "what was there. There are many right ways to go on from an edge, and the truth is one of them: a picture that looks "
    "right can differ from it everywhere.",
    "PSNR and, less so, SSIM reward a result that commits itself to nothing: a blur or one flat colour is near to every "
    "possible truth, and invented detail in another place than the true one is punished twice. Read them beside Detail "
    "(below 0 is blurrier than the truth) and beside the baselines, which are made without any engine.",
    "Colour step is what the engine itself is to blame for: it should be 0 whatever is painted. Seam slope is small where "
    "the band and the first px beyond the seam go on as the truth does; both read an object's edge on the seam as a seam. "
    "Spectrum and Colours compare the kind of texture, not where things lie. LPIPS is nearer to what people see than PSNR, "
    "but it too compares place by place.",
)

DRAFT = (
    "The draft engine has no model: it copies texture from the picture itself and knows nothing of what it sees. Its "
    "numbers can teach how the seam, the colour match, the passes and the cost behave on your pictures, whether a setting "
    "changes these, and what plain copying reaches, a floor that a model should clear. They cannot teach how well a model "
    "will do, which prompt or sampler is best, or whether what is painted makes sense."
)


def blur_wins(rows: Sequence[Row]) -> str:
    """How often a baseline has a higher PSNR than every engine, counted in this very table; "" without both."""
    best: dict[tuple[str, str], dict[str, float]] = {}
    for row in rows:
        value = row.figures.get("psnr")
        if value is not None:
            mine = best.setdefault((row.name, row.side), {})
            kind = "baseline" if row.kind == "baseline" else "other"
            mine[kind] = max(mine.get(kind, value), value)
    both = [found for found in best.values() if len(found) == 2]
    if not both:
        return ""
    won = sum(found["baseline"] > found["other"] for found in both)
    return (
        f"In this table a fill without any engine has the highest PSNR on {won} of {len(both)} "
        f"{'cut' if len(both) == 1 else 'cuts'}."
    )


def same_pictures(rows: Sequence[Row]) -> str:
    """Which settings came to the same figures on every picture; "" when all differ."""
    found: dict[tuple[str, ...], list[str]] = {}
    for setting in dict.fromkeys(row.setting for row in rows if row.kind == "engine"):
        mine = tuple(f"{row.name} {row.side} {row.figures}" for row in rows if row.setting == setting)
        found.setdefault(mine, []).append(setting)
    groups = [" and ".join(settings) for settings in found.values() if len(settings) > 1]
    return f"The same pictures came of {'; of '.join(groups)}." if groups else ""


def draft_used(rows: Sequence[Row]) -> bool:
    """Whether the draft engine made any of it."""
    return any(row.engine == "draft" for row in rows)
