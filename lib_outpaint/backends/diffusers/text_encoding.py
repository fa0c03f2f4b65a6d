"""Prompts of any length and with weights, encoded as the WebUI encodes them.

No maintained library does this: compel (MIT) has another syntax and other arithmetic, so a prompt copied from the WebUI
means something else to it; see docs/diffusers.md. The numbers here are checked against a running WebUI.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from ...models.families import Pipeline
from .attention_syntax import Piece, pieces

CHUNK = 75  # tokens between start and end
BACKTRACK = 20  # tokens: text after a comma this near a chunk's end moves to the next chunk


@dataclass(frozen=True, eq=False)
class Encoded:
    """A prompt as the UNet takes it.

    `text`: (1, 77 * chunks, width). `pooled`: (1, width), of the second encoder, None without one.
    """

    text: torch.Tensor
    pooled: torch.Tensor | None = None


@dataclass
class Chunk:
    """At most 75 tokens and their weights."""

    tokens: list[int]
    weights: list[float]


def chunks(found: list[Piece], tokenizer: Any) -> list[Chunk]:
    """Tokens in chunks of 75. Words are not moved to the next chunk, but the text after a near comma is."""
    comma = tokenizer.convert_tokens_to_ids(",</w>")
    done: list[Chunk] = []
    now, last_comma = Chunk([], []), -1
    for piece in found:
        if piece.text is None:
            done.append(now)
            now, last_comma = Chunk([], []), -1
            continue
        for token in tokenizer(piece.text, add_special_tokens=False, truncation=False, verbose=False).input_ids:
            full = len(now.tokens) == CHUNK
            if token == comma:
                last_comma = len(now.tokens)
            elif full and last_comma != -1 and len(now.tokens) - last_comma <= BACKTRACK:
                cut = last_comma + 1
                done.append(Chunk(now.tokens[:cut], now.weights[:cut]))
                now, last_comma, full = Chunk(now.tokens[cut:], now.weights[cut:]), -1, False
            if full or len(now.tokens) == CHUNK:
                done.append(now)
                now, last_comma = Chunk([], []), -1
            now.tokens.append(token)
            now.weights.append(piece.weight)
    return [*done, now] if now.tokens or not done else done


@torch.no_grad()
def encode(text: str, encoders: list[tuple[Any, Any]], pipeline: Pipeline, *, negative: bool = False) -> Encoded:
    """A prompt through the model's text encoder, or its two side by side."""
    found = pieces(text)
    texts: list[torch.Tensor] = []
    pooled: torch.Tensor | None = None
    for number, (tokenizer, encoder) in enumerate(encoders):
        states, first = _states(chunks(found, tokenizer), tokenizer, encoder, pipeline, number)
        texts.append(states)
        pooled = first if number == 1 else None
    whole = torch.cat(texts, dim=-1)
    if pipeline.zero_negative and negative and not text.strip() and pooled is not None:
        return Encoded(torch.zeros_like(whole), torch.zeros_like(pooled))
    return Encoded(whole, pooled)


def _states(parts: list[Chunk], tokenizer: Any, encoder: Any, pipeline: Pipeline, number: int) -> tuple[torch.Tensor, Any]:
    """One encoder's output for all chunks, weighted: (1, 77 * chunks, width); and the first chunk's pooled output."""
    start, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    pad = 0 if pipeline.text_encoders[number] == "openclip" else end  # OpenCLIP was trained with padding of zeros
    states: list[torch.Tensor] = []
    pooled: Any = None
    for part in parts:
        empty = CHUNK - len(part.tokens)
        padding = [end] + [pad] * empty
        ids = torch.tensor([[start, *part.tokens, *padding]], device=encoder.device)
        weights = torch.tensor([1.0, *part.weights, *[1.0] * (empty + 1)], device=encoder.device)
        out = encoder(ids, output_hidden_states=pipeline.penultimate)
        state = out.hidden_states[-2] if pipeline.penultimate else out.last_hidden_state
        states.append(_weighted(state, weights) if any(weight != 1 for weight in part.weights) else state)
        if pooled is None and number == 1:
            pooled = out.text_embeds
    return torch.cat(states, dim=1), pooled


def _weighted(state: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Each token's state times its weight, then scaled so that the mean of all stays (the WebUI's "Original")."""
    scaled = state.float() * weights[None, :, None]
    return (scaled * (state.float().mean() / scaled.mean())).to(state.dtype)
