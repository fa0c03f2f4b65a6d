"""A CLIP tokenizer with a vocabulary of a few hundred entries, made by hand: every byte, and some merges."""

from __future__ import annotations

import json
from pathlib import Path

MERGES = ["t h", "th e</w>", "h o", "u s", "ho us", "hous e</w>", "r e", "re d</w>", "s k", "sk y</w>", "a t</w>"]


def write_clip(folder: Path, width: int = 64, heads: int = 4) -> int:
    """Writes vocab.json, merges.txt and the configs; the size of the vocabulary."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    letters = [chr(b) for b in printable] + [chr(256 + i) for i in range(len(others))]
    words = letters + [b + "</w>" for b in letters] + ["".join(merge.split()) for merge in MERGES]
    words += ["<|startoftext|>", "<|endoftext|>"]
    special = dict(
        unk_token="<|endoftext|>", bos_token="<|startoftext|>", eos_token="<|endoftext|>", pad_token="<|endoftext|>"
    )
    count = len(words)
    files = {
        "vocab.json": {word: i for i, word in enumerate(words)},
        "special_tokens_map.json": special,
        "tokenizer_config.json": dict(tokenizer_class="CLIPTokenizer", model_max_length=77, **special),
        "config.json": dict(
            architectures=["CLIPTextModel"],
            model_type="clip_text_model",
            hidden_size=width,
            intermediate_size=4 * width,
            num_hidden_layers=2,
            num_attention_heads=heads,
            max_position_embeddings=77,
            vocab_size=count,
            hidden_act="quick_gelu",
            layer_norm_eps=1e-5,
            projection_dim=width,
            bos_token_id=count - 2,
            eos_token_id=count - 1,
            pad_token_id=1,
        ),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        (folder / name).write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(MERGES) + "\n", encoding="utf-8")
    return count
