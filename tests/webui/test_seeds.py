"""Seeds, batches, repeats."""

import numpy as np

LEFT = {"left": 32, "overlap": 16}


def test_repeating_a_request_gives_the_same_bytes_whatever_ran_in_between(webui, picture):
    first = webui.outpaint(picture, LEFT)
    webui.outpaint(picture, {"up": 24}, seed=99)
    assert webui.img2img(picture, seed=1234, model=webui.plain).status_code == 200
    again = webui.outpaint(picture, LEFT)
    np.testing.assert_array_equal(first.first, again.first)
    assert first.infotext == again.infotext


def test_a_random_seed_is_recorded_and_makes_the_picture_again(webui, picture):
    free = webui.outpaint(picture, LEFT, seed=-1)
    assert free.info["seed"] >= 0
    again = webui.outpaint(picture, LEFT, seed=free.info["seed"])
    np.testing.assert_array_equal(free.first, again.first)


def test_random_seeds_differ_also_when_nothing_else_moves_the_generator(webui, picture):
    """The page brings its own task id; without one the API itself draws from the generator for every request."""
    seeds = {webui.outpaint(picture, LEFT, seed=-1, force_task_id=f"task(outpaint{i})").info["seed"] for i in range(3)}
    assert len(seeds) == 3


def test_batch_of_two_by_two(webui, picture):
    arguments = {"left": 64, "step": 32, "context": 64, "overlap": 16}  # two passes
    four = webui.outpaint(picture, arguments, n_iter=2, batch_size=2, override_settings={"return_grid": False})
    assert four.info["all_seeds"] == [5, 6, 7, 8]
    assert [t.split("Seed: ")[1].split(",")[0] for t in four.info["infotexts"]] == ["5", "6", "7", "8"]
    assert len(four.pictures) == 4
    assert len({p.tobytes() for p in four.pictures}) == 4
    for picture_of_batch, seed in zip(four.pictures, four.info["all_seeds"], strict=True):
        alone = webui.outpaint(picture, arguments, seed=seed)
        assert np.abs(alone.first.astype(int) - picture_of_batch).max() <= 1


def test_the_grid_follows_the_hosts_rules(webui, picture):
    answer = webui.outpaint(
        picture,
        LEFT,
        batch_size=2,
        save_images=True,
        override_settings={"samples_save": False, "grid_save": False, "return_grid": True},
    )
    assert answer.info["index_of_first_image"] == 1
    assert len(answer.pictures) == 3
    assert len(answer.info["infotexts"]) == 3


def test_variation_seeds(webui, picture):
    plain = webui.outpaint(picture, LEFT)
    varied = webui.outpaint(picture, LEFT, subseed=77, subseed_strength=0.5, batch_size=2)
    assert varied.info["all_seeds"] == [5, 5]
    assert varied.info["all_subseeds"] == [77, 78]
    assert (varied.first != plain.first).any()
    second = webui.outpaint(picture, LEFT, subseed=78, subseed_strength=0.5)
    assert np.abs(second.first.astype(int) - varied.pictures[1]).max() <= 1
    assert "Variation seed: 78" in second.infotext


def test_compare_returns_a_labelled_grid_and_the_pictures(webui, picture):
    answer = webui.outpaint(picture, {"left": 32, "compare": "fill=edge,mirror; overlap=0,16"})
    assert answer.info["index_of_first_image"] == 1
    assert len(answer.pictures) == 5
    assert answer.pictures[0].shape[0] > 2 * 80
    texts = answer.info["infotexts"][1:]
    assert "Outpaint fill: mirror, Outpaint overlap: 16" not in texts[0]
    assert "Outpaint fill: mirror" in texts[2]
