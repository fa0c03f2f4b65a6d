"""LoRAs on a running WebUI, on both kinds of checkpoint, alone and in a batch. Wants a LoRA that fits the checkpoints."""

import numpy as np
import pytest

# Context keeps each side's window clear of the other side's new area.
SIDES = {"left": 32, "right": 32, "order": "one by one", "context": 32, "overlap": 8, "controlnet": "off"}
TWO_PASSES = {"left": 96, "step": 48, "context": 48, "overlap": 8, "controlnet": "off"}


@pytest.fixture
def lora(webui):
    names = webui.loras()
    if not names:
        pytest.skip("no LoRA is installed")
    return names[0]


def sides(answer):
    """Of each picture the left part, the kept middle and the right part."""
    return [(p[:, :32], p[:, 40:-40], p[:, -32:]) for p in answer.pictures]


def differ(some, others):
    return all((a != b).any() for a, b in zip(some, others, strict=True))


def equal(some, others):
    return all((a == b).all() for a, b in zip(some, others, strict=True))


def column(parts, index):
    return [part[index] for part in parts]


def test_a_lora_acts_on_every_side_wherever_it_is_written(grow, lora):
    without, again = sides(grow(SIDES)), sides(grow(SIDES))
    tagged = sides(grow(SIDES, prompt=f"a cup <lora:{lora}:1>"))
    listed = sides(grow({**SIDES, "loras": f"{lora}:1"}))
    for index in (0, 2):
        assert equal(column(without, index), column(again, index))
        assert differ(column(without, index), column(tagged, index))
        assert equal(column(tagged, index), column(listed, index))
    assert equal(column(without, 1), column(tagged, 1))


def test_a_lora_acts_on_the_first_and_the_second_pass_of_a_side(grow, lora):
    """Pass 1 paints columns 48..96, and pass 2 blends up to 32 of them into its own: from 80 on they are pass 1's alone."""
    without, again, tagged = (
        grow(TWO_PASSES, prompt=prompt).pictures for prompt in ("a cup", "a cup", f"a cup <lora:{lora}:1>")
    )
    assert equal(without, again)
    assert differ([p[:, :48] for p in without], [p[:, :48] for p in tagged])
    assert differ([p[:, 80:96] for p in without], [p[:, 80:96] for p in tagged])
    second = grow({**TWO_PASSES, "side_prompts": f"left 2: <lora:{lora}:1>"}).pictures
    assert differ([p[:, :48] for p in without], [p[:, :48] for p in second])
    assert equal([p[:, 80:] for p in without], [p[:, 80:] for p in second])


@pytest.mark.parametrize(("side", "changed", "same"), [("left", 0, 2), ("right", 2, 0)])
def test_a_lora_in_one_sides_prompt_changes_that_side_only(grow, lora, side, changed, same):
    without = sides(grow(SIDES))
    one = sides(grow({**SIDES, "side_prompts": f"{side}: <lora:{lora}:1>"}))
    assert differ(column(without, changed), column(one, changed))
    assert equal(column(without, same), column(one, same))
    assert equal(column(without, 1), column(one, 1))


def test_two_sides_prompts_change_their_sides_only(grow):
    without = sides(grow(SIDES))
    both = sides(grow({**SIDES, "side_prompts": "left: the sea\n# nothing\nright -: people"}))
    assert differ(column(without, 0), column(both, 0))
    assert differ(column(without, 2), column(both, 2))
    assert equal(column(without, 1), column(both, 1))
    # Each alone changes its side as it did beside the other.
    left, right = (sides(grow({**SIDES, "side_prompts": line})) for line in ("left: the sea", "right -: people"))
    assert equal(column(left, 0), column(both, 0))
    assert equal(column(left, 2), column(without, 2))
    assert equal(column(right, 2), column(both, 2))
    assert equal(column(right, 0), column(without, 0))


def test_an_exclamation_mark_replaces_the_main_prompt(grow):
    replaced = sides(grow({**SIDES, "side_prompts": "!right: hills"}))
    assert equal(column(sides(grow(SIDES)), 0), column(replaced, 0))
    assert equal(column(sides(grow(SIDES, prompt="hills")), 2), column(replaced, 2))


@pytest.mark.parametrize(
    ("arguments", "prompt", "field"),
    [
        ({"loras": "no-such-lora:0.5"}, "a cup", "loras"),
        ({}, "a cup <lora:no-such-lora:1>", "prompt"),
        ({"side_prompts": "left: <lora:no-such-lora:1>"}, "a cup", "side_prompts"),
    ],
)
def test_a_missing_lora_is_refused_before_sampling(grow, lora, arguments, prompt, field):
    detail = grow.refused({"left": 16, **arguments}, prompt=prompt)
    assert detail.startswith(f"{field}: 'no-such-lora' is not a LoRA of this WebUI")
    assert lora in detail


def test_the_lora_is_gone_afterwards(grow, lora, webui, picture):
    def plain():
        response = webui.img2img(np.ascontiguousarray(picture[:64, :64]), model=grow.model)
        assert response.status_code == 200
        return response.json()["images"]

    plain()  # the host's encoder draws from a generator that is elsewhere after other work
    before = plain()
    grow({**SIDES, "loras": f"{lora}:1"})
    assert plain() == before
