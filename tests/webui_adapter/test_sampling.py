"""What the host is asked to sample, pass by pass, and what it returns: prompts, seed resize, jobs without scripts."""

import numpy as np
import pytest

from lib_outpaint.errors import BackendError

from .conftest import array


def test_prompts_per_side(host, run):
    run({"left": 16, "right": 16, "side_prompts": "left: sea\n!right: hills\nright -: people"}, negative_prompt="blur")
    assert [c.prompt for c in host.processing.calls] == [["a cup, sea"], ["hills"]]
    assert [c.negative_prompt for c in host.processing.calls] == [["blur"], ["blur, people"]]


def test_seed_resize_is_off_and_not_in_the_infotext(host, run):
    processed = run({"left": 8}, seed_resize_from_w=32, seed_resize_from_h=32)
    assert "seed resize was off" in processed.comments
    assert host.processing.calls[0].seed_resize_from_w == -1


def test_a_job_without_any_scripts_takes_the_pictures_the_host_returns(host, make, run):
    """They are truncated to 8 bits: half a level is given back to them."""
    expected = array(run({"left": 16, "overlap": 0, "color_match": "off"}).images[0])
    p = make({"left": 16, "overlap": 0, "color_match": "off"})
    p.scripts = None
    processed = host.job.run(p, [{"left": 16, "overlap": 0, "color_match": "off"}], p.place)
    found = array(processed.images[0])
    assert found.shape == (80, 112, 3)
    np.testing.assert_array_equal(found[:, 16:], expected[:, 16:])
    assert np.abs(found[:, :16].astype(int) - expected[:, :16]).max() <= 1
    assert abs(found[:, :16].mean() - expected[:, :16].mean()) < 0.4  # as they come they would be 0.5 darker


def test_fewer_pictures_than_windows_is_the_hosts_failure(host, make, monkeypatch):
    whole = host.processing.process_images

    def loses(p):
        processed = whole(p)
        del processed.images[processed.index_of_first_image :]
        return processed

    monkeypatch.setattr(host.processing, "process_images", loses)
    p = make({"left": 16})
    p.scripts = None
    host.shared.state.begin()
    with pytest.raises(BackendError, match="0 images for 1 windows") as failed:
        host.job.run(p, [{"left": 16}], p.place)
    assert failed.value.code == "returned-count"


def test_a_host_samples_for_whoever_keeps_its_options_themselves(host, make, picture):
    import torch

    from lib_outpaint.engine.loop import outpaint
    from lib_outpaint.engine.request import Request, numbered_shots
    from lib_outpaint.parameters.params import Params
    from lib_outpaint.webui import settings
    from lib_outpaint.webui.sampler.checkpoint import checkpoint_for
    from lib_outpaint.webui.sampler.sampler import WebUISampler

    p = make()
    pixels = torch.from_numpy(array(picture)).permute(2, 0, 1).float() / 255
    host.shared.state.begin()
    result = outpaint(
        Request((pixels,), Params(left=16), numbered_shots(1, 5, "a cup")),
        WebUISampler(p, checkpoint_for({}), settings.current({})),
    )
    assert result.stopped is None
    assert result.pictures[0].extent.width == 112
    assert [c.prompt for c in host.processing.calls] == [["a cup"]]
