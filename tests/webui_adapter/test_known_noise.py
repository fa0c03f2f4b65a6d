"""Forge's noise over the known area: every picture's is its own."""

from types import SimpleNamespace

import pytest
import torch

from lib_outpaint.errors import BackendError

from .conftest import raises

LEFT = {"left": 32, "overlap": 16}


class Predictor:
    """As Forge's for noise-predicting models."""

    def noise_scaling(self, sigma, noise, latent, max_denoise=False):
        assert not max_denoise
        return latent + sigma * noise


def a_step(host, p, sigma=2.0, masked=True):
    """What Forge does in a step: it noises the known area, then calls back. Returns what the model sees with and without."""
    known = torch.full((p.batch_size, 4, 4, 6), 3.0)
    mask = torch.ones(1, 1, 4, 6)
    mask[..., :3] = 0
    unet = SimpleNamespace(model=SimpleNamespace(predictor=Predictor()))
    forge = SimpleNamespace(forge_objects=SimpleNamespace(unet=unet))
    denoiser = SimpleNamespace(
        init_latent=known, mask=mask if masked else None, nmask=1 - mask, inner_model=SimpleNamespace(inner_model=forge)
    )
    x = torch.full_like(known, 7.0) * (1 - mask) + (known + sigma * torch.randn_like(known)) * mask
    params = SimpleNamespace(x=x, sigma=torch.full((p.batch_size,), sigma), denoiser=denoiser)
    for callback in list(host.script_callbacks.cfg_denoiser):
        callback(params)
    return params.x, x


@pytest.fixture
def on_forge(as_host):
    as_host("Forge")


@pytest.fixture
def seen(host):
    """What the model saw in each step of each call, pictures first."""
    found = []
    host.processing.hooks["sample"] = lambda p: found.append([a_step(host, p)[0] for _ in range(2)])
    return found


def test_a_picture_of_a_batch_sees_the_noise_it_sees_alone(run, seen, on_forge):
    run(LEFT, batch_size=2)
    run(LEFT, seed=6)
    (both_first, both_second), (alone_first, alone_second) = seen
    torch.testing.assert_close(both_first[1:], alone_first, rtol=0, atol=0)
    torch.testing.assert_close(both_second[1:], alone_second, rtol=0, atol=0)
    assert (both_first[0] != both_first[1]).any()
    assert (both_first != both_second).any()  # anew at every step, as the host does
    assert (both_first[..., :3] == 7).all()  # where the sampler paints, nothing is changed
    spread = (both_first[..., 3:] - 3).std()
    assert 1.5 < float(spread) < 2.5  # as noisy as the step


def test_without_a_mask_nothing_is_changed(host, run, on_forge):
    found = []
    host.processing.hooks["sample"] = lambda p: found.append(a_step(host, p, masked=False))
    run(LEFT)
    seen, given = found[0]
    assert seen is given


@pytest.mark.parametrize("fails", [True, False])
def test_the_callback_is_gone_afterwards(host, run, on_forge, fails):
    if fails:
        host.processing.hooks["sample"] = raises(RuntimeError("broken"))
        with pytest.raises(BackendError):
            run(LEFT)
    else:
        run(LEFT)
    assert host.script_callbacks.cfg_denoiser == []


@pytest.mark.parametrize("name", ["A1111", "reForge"])
def test_other_hosts_are_left_alone(host, run, as_host, name):
    if name != "A1111":
        as_host(name)
    found = []
    host.processing.hooks["sample"] = lambda p: found.extend(host.script_callbacks.cfg_denoiser)
    run(LEFT)
    assert found == []
