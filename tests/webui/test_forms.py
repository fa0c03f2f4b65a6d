"""The script as the API lists it, and as a client calls it."""

import numpy as np
import pytest

from lib_outpaint.parameters.params import DECLARED


def test_the_script_is_listed_with_meaningful_labels(webui):
    assert "directional outpaint" in webui.get("/sdapi/v1/scripts")["img2img"]
    info = next(s for s in webui.get("/sdapi/v1/script-info") if s["name"] == "directional outpaint")
    assert [arg["label"] for arg in info["args"]] == [param.label for param in DECLARED]
    assert info["args"][0]["maximum"] == 4096


def test_the_webuiapi_client(webui, picture):
    webuiapi = pytest.importorskip("webuiapi")
    from PIL import Image

    client = webuiapi.WebUIApi(baseurl=f"{webui.url}/sdapi/v1", sampler="Euler", steps=2)
    result = client.img2img(
        images=[Image.fromarray(picture)],
        prompt="a cup",
        seed=5,
        steps=2,
        denoising_strength=0.75,
        script_name="Directional outpaint",
        script_args=[{"left": 24}],
        override_settings={"sd_model_checkpoint": webui.inpainting},
    )
    assert result.image.size == (96 + 24, 80)
    np.testing.assert_array_equal(np.array(result.image.convert("RGB"))[:, 24 + 32 :], picture[:, 32:])
