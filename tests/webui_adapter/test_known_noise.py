"""The host's noise over the known area: every picture's is its own, on every host that draws some."""

import sys
from types import SimpleNamespace

import pytest
import torch

from lib_outpaint.errors import BackendError

from .conftest import raises

LEFT = {"left": 32, "overlap": 16}
HOSTS = ["A1111", "Forge of 2024", "Forge Classic", "reForge", "Forge"]


@pytest.fixture
def denoiser(host, monkeypatch):
    """The module in which these hosts blend known and new, a batch in one draw."""

    def step(p, sigma=2.0):
        known = torch.full((p.batch_size, 4, 4, 6), 3.0, dtype=torch.float64)
        return known + sigma * module.torch.randn_like(known).to(known)

    module = SimpleNamespace(torch=torch, step=step)
    monkeypatch.setitem(sys.modules, "modules.sd_samplers_cfg_denoiser", module)
    return module


@pytest.fixture
def seen(host, denoiser):
    """What the model saw in each step of each call, pictures first."""
    found = []
    host.processing.hooks["sample"] = lambda p: found.append([denoiser.step(p) for _ in range(2)])
    return found


@pytest.mark.parametrize("name", HOSTS)
def test_a_picture_of_a_batch_sees_the_noise_it_sees_alone(run, seen, as_host, name):
    if name != "A1111":
        as_host(name)
    run(LEFT, batch_size=2)
    run(LEFT, seed=6)
    (both_first, both_second), (alone_first, alone_second) = seen
    torch.testing.assert_close(both_first[1:], alone_first, rtol=0, atol=0)
    torch.testing.assert_close(both_second[1:], alone_second, rtol=0, atol=0)
    assert (both_first[0] != both_first[1]).any()
    assert (both_first != both_second).any()  # anew at every step, as the host does
    assert 1.5 < float((both_first - 3).std()) < 2.5  # as noisy as the step


def test_the_noise_does_not_follow_what_ran_before(run, seen):
    run(LEFT)
    torch.manual_seed(1)
    torch.randn(7)
    run(LEFT)
    torch.testing.assert_close(seen[0][0], seen[1][0], rtol=0, atol=0)


def test_all_else_is_pytorchs_own(host, run, denoiser):
    """What is no batch of the job, and every other function."""
    found = []

    def sample(p):
        state = torch.get_rng_state()
        drawn = denoiser.torch.randn_like(torch.zeros(3, 5))
        torch.set_rng_state(state)
        found.append((torch.equal(drawn, torch.randn_like(torch.zeros(3, 5))), denoiser.torch.cat is torch.cat))
        single = denoiser.torch.randn_like(torch.zeros(1, 5), dtype=torch.float16)
        found.append((single.dtype == torch.float16, bool(single.any())))

    host.processing.hooks["sample"] = sample
    run(LEFT)
    assert found == [(True, True), (True, True)]


@pytest.mark.parametrize("fails", [True, False])
def test_pytorch_is_back_afterwards(host, run, denoiser, fails):
    if fails:
        host.processing.hooks["sample"] = raises(RuntimeError("broken"))
        with pytest.raises(BackendError):
            run(LEFT)
    else:
        run(LEFT)
    assert denoiser.torch is torch


def test_a_host_that_blends_elsewhere_is_left_alone(host, run, monkeypatch):
    monkeypatch.setitem(sys.modules, "modules.sd_samplers_cfg_denoiser", SimpleNamespace())
    assert len(run(LEFT).images) == 1
    monkeypatch.delitem(sys.modules, "modules.sd_samplers_cfg_denoiser")
    assert len(run(LEFT).images) == 1
