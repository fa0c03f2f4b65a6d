"""The grid. Seeds, batches and repeats are in contract/cases.py."""

LEFT = {"left": 32, "overlap": 16}


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
