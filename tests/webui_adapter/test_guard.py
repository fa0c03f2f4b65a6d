"""Random generators are put back wherever they are, and options with what hosts derive from them."""

from types import SimpleNamespace

import pytest
import torch


class Backend:
    """As torch.cuda: a state for each of its devices."""

    def __init__(self, initialized):
        self.initialized, self.state, self.asked = initialized, [1], 0

    def is_available(self):
        return True

    def is_initialized(self):
        return self.initialized

    def get_rng_state_all(self):
        self.asked += 1
        return list(self.state)

    def set_rng_state_all(self, state):
        self.state = state

    get_rng_state, set_rng_state = get_rng_state_all, set_rng_state_all


def test_generators_of_every_backend_in_use_are_put_back(host, monkeypatch):
    from lib_outpaint.webui.sampler import guard

    cuda, xpu, mps = Backend(True), Backend(True), Backend(True)
    monkeypatch.setattr(torch, "cuda", cuda)
    monkeypatch.setattr(torch, "xpu", xpu, raising=False)
    monkeypatch.setattr(torch, "mps", mps, raising=False)
    monkeypatch.setattr(torch.backends, "mps", SimpleNamespace(is_available=lambda: True))
    expected = torch.rand(1, generator=torch.Generator().manual_seed(3))
    torch.default_generator.manual_seed(3)
    with guard.untouched():
        torch.rand(5)
        cuda.state = xpu.state = mps.state = [2]
    assert (cuda.state, xpu.state, mps.state) == ([1], [1], [1])
    assert torch.equal(torch.rand(1), expected)


def test_an_idle_gpu_is_not_started(host, monkeypatch):
    from lib_outpaint.webui.sampler import guard

    cuda = Backend(False)
    monkeypatch.setattr(torch, "cuda", cuda)
    with guard.untouched():
        pass
    assert cuda.asked == 0


def test_loading_the_checkpoint_again_moves_no_generator(host, monkeypatch):
    from lib_outpaint.webui.sampler import guard

    def reload(info):
        torch.rand(5)
        loaded.append(info)

    loaded = []
    monkeypatch.setattr(host.sd_models, "reload_model_weights", reload)
    state = torch.get_rng_state()
    guard.reload_checkpoint(host.sd_models.checkpoints["inpainting.safetensors"])
    assert [info.name for info in loaded] == ["inpainting.safetensors"]
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("name", ["sd_vae", "eta"])
def test_a_vae_that_a_job_asked_for_is_exchanged_again(host, name):
    from lib_outpaint.webui.sampler import guard

    before = host.shared.opts.data.get(name)
    overrides = guard.Overrides()
    host.shared.opts.data[name] = "another"
    overrides.note({name: "another"})
    overrides.restore()
    assert host.shared.opts.data.get(name) == before
    assert len(host.sd_vae.reloads) == (name == "sd_vae")


class Forge:
    """As modules_forge.main_entry: what will be loaded is kept beside the options."""

    def __init__(self, options):
        self.options, self.loading, self.memory = options, None, None

    def refresh_model_loading_parameters(self):
        self.loading = list(self.options.data.get("forge_additional_modules", []))

    def refresh_memory_management_settings(self):
        self.memory = self.options.data.get("forge_inference_memory", 1024)


@pytest.mark.parametrize("stored", [True, False])
def test_a_vae_of_forge_that_a_job_asked_for_is_not_loaded_for_the_next(host, as_host, stored):
    from lib_outpaint.webui.sampler import guard

    options, name = host.shared.opts, "forge_additional_modules"
    as_host("Forge", {"modules_forge.main_entry": (forge := Forge(options))})
    if stored:
        options.data[name] = ["/models/VAE/usual.safetensors"]
    before = dict(options.data)
    overrides = guard.Overrides()
    options.data[name] = ["/models/VAE/other.safetensors"]  # Forge finds the file's path
    forge.refresh_model_loading_parameters()
    overrides.note({name: ["other.safetensors"]})
    overrides.restore()
    assert options.data == before
    assert forge.loading == before.get(name, [])
    assert forge.memory is None


def test_memory_settings_of_forge_that_a_job_asked_for_are_put_back(host, as_host):
    from lib_outpaint.webui.sampler import guard

    options = host.shared.opts
    as_host("Forge", {"modules_forge.main_entry": (forge := Forge(options))})
    overrides = guard.Overrides()
    options.data["forge_inference_memory"] = 2048
    overrides.note({"forge_inference_memory": 2048})
    overrides.restore()
    assert "forge_inference_memory" not in options.data
    assert forge.memory == 1024
    assert forge.loading == []
