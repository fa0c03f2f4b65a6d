"""How the hosts differ, as far as tests of a running one must know. Tests ask for a difference, never for a host."""

from __future__ import annotations

from typing import Any

# What all descendants of Forge have in common.
_FORGES = {
    "ControlNet keeps inpaint_only",
    "the mask weight acts beside ControlNet",
    "mk2 returns an alpha channel",  # another one now and then, by itself
    "the type Inpaint takes inpaint_only+lama",  # which wants weights of its own
    "warnings are not on the page",  # they sample in a thread whose warnings no page shows
}
# Before the backend of its own, and what descends from that.
_FORGES_OF_2024 = {*_FORGES, "errors are notes on the page", "the Batch tab has folders alone"}

_FORGES_WITH_ENGINES = {
    *_FORGES,
    "learned words are looked for when a checkpoint is loaded",
    "learned words have no hashes",
    "limits can be set by API",
    "the Batch tab numbers the files",
}

DIFFERENCES: dict[str, frozenset[str]] = {
    "A1111": frozenset(),
    "Forge of 2024": frozenset(_FORGES_OF_2024),
    "reForge": frozenset({*_FORGES_OF_2024, "inpaint_only+lama fails to load"}),  # seen at 3b56b268
    "Forge": frozenset(_FORGES_WITH_ENGINES),
    "Forge Neo": frozenset(
        {*_FORGES_WITH_ENGINES, "it has no mk2", "learned words lie among the models", "infotexts name no learned words"}
    ),
}
ALL = frozenset().union(*DIFFERENCES.values())


def host_of(options: dict[str, Any], scripts: list[str]) -> str:
    """Which host has these options and scripts for img2img."""
    if "forge_preset" in options:
        return "Forge Neo" if "klein_no_reference" in options else "Forge"
    if "reforge_karras_rho" in options:
        return "reForge"
    return "Forge of 2024" if "never oom integrated" in scripts else "A1111"
