"""A client for a running WebUI. Everything here is skipped without `--webui-url`.

The host wants two small checkpoints of one family, one of them with "inpaint" in its name (a 9-channel one). Among those of
several families `--webui-models` chooses: "sd15", or "sd2\\.|sd2-inpaint|lora-sd2|sd21".
"""

from __future__ import annotations

import base64
import io
import json
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from numpy.typing import NDArray
from PIL import Image

pytest.register_assert_rewrite("contract")

from contract.driver import Answer, Driver  # noqa: E402

from .differences import ALL, DIFFERENCES, host_of  # noqa: E402

SCRIPT = "directional outpaint"


@dataclass
class WebUI:
    """Plain HTTP to one host."""

    url: str
    plain: str
    inpainting: str
    folder: Path | None
    host: str = "A1111"
    wanted: str = ""

    def loras(self) -> list[str]:
        """Installed LoRAs, those that `--webui-models` wants; [] when the host's extension is off."""
        response = requests.get(f"{self.url}/sdapi/v1/loras", timeout=60)
        names = [entry["name"] for entry in response.json()] if response.ok else []
        return [name for name in names if re.search(self.wanted, name)]

    def inpaint_controlnets(self) -> list[str]:
        """Installed ControlNets for inpainting, those that `--webui-models` wants; [] without a ControlNet extension."""
        response = requests.get(f"{self.url}/controlnet/model_list", timeout=60)
        names = response.json()["model_list"] if response.ok else []
        return [name for name in names if "inpaint" in name and re.search(self.wanted, name)]

    def differs(self, what: str) -> bool:
        """Whether this host differs from A1111 in one of the ways of `differences.py`."""
        assert what in ALL
        return what in DIFFERENCES[self.host]

    def get(self, path: str) -> Any:
        response = requests.get(self.url + path, timeout=60)
        response.raise_for_status()
        return response.json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> requests.Response:
        return requests.post(self.url + path, json=body or {}, timeout=900)

    def img2img(self, picture: NDArray[np.uint8] | Image.Image, *, model: str = "", **fields: Any) -> requests.Response:
        """Small and quick unless said otherwise: 2 steps, Euler, nothing saved."""
        overrides = {"sd_model_checkpoint": model or self.inpainting, **fields.pop("override_settings", {})}
        body = {
            "init_images": [encoded(picture)],
            "prompt": "a cup",
            "steps": 2,
            "sampler_name": "Euler",
            "denoising_strength": 0.75,
            "seed": 5,
            "width": 64,
            "height": 64,
            "save_images": False,
            "override_settings": overrides,
            **fields,
        }
        return self.post("/sdapi/v1/img2img", body)

    def outpaint(self, picture: NDArray[np.uint8] | Image.Image, *arguments: Any, model: str = "", **fields: Any) -> Answer:
        response = self.img2img(picture, model=model, script_name=SCRIPT, script_args=list(arguments), **fields)
        assert response.status_code == 200, response.text[:2000]
        return answered(response)

    def again(self, picture: NDArray[np.uint8], infotext: str, *, model: str = "", **fields: Any) -> requests.Response:
        """What the host makes of a picture and an infotext. The checkpoint is chosen by hand, as its settings want it."""
        overrides = {"sd_model_checkpoint": model or self.inpainting}
        return self.post(
            "/sdapi/v1/img2img",
            {
                "init_images": [encoded(picture)],
                "infotext": infotext,
                "save_images": False,
                "override_settings": overrides,
                **fields,
            },
        )

    def state(self) -> dict[str, Any]:
        """All options that the API shows."""
        return dict(self.get("/sdapi/v1/options"))


def encoded(picture: NDArray[np.uint8] | Image.Image) -> str:
    buffer = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def decoded(text: str) -> NDArray[np.uint8]:
    return np.array(Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB"))


def answered(response: requests.Response) -> Answer:
    body = response.json()
    return Answer([decoded(text) for text in body["images"]], json.loads(body["info"]))


@pytest.fixture(scope="session")
def webui(request: pytest.FixtureRequest) -> WebUI:
    url = request.config.getoption("--webui-url")
    if not url:
        pytest.skip("no --webui-url")
    models = [model["title"] for model in requests.get(f"{url}/sdapi/v1/sd-models", timeout=60).json()]
    wanted = request.config.getoption("--webui-models")
    names = [name for name in (title.split(" [")[0] for title in models) if re.search(wanted, name)]
    inpainting = next(name for name in names if "inpaint" in name)
    plain = next(name for name in names if "inpaint" not in name)
    folder = request.config.getoption("--webui-dir")
    found = WebUI(url, plain, inpainting, Path(folder) if folder else None, wanted=wanted)
    found.host = host_of(found.state(), found.get("/sdapi/v1/scripts")["img2img"])
    return found


class UrlDriver(Driver):
    """A running WebUI, by its API."""

    no_grid = {"return_grid": False}  # noqa: RUF012

    def __init__(self, webui: WebUI) -> None:
        self._webui = webui

    def outpaint(self, picture, *arguments, model="inpainting", mask=None, **fields):
        fields |= {"mask": encoded(mask)} if mask is not None else {}
        return self._webui.outpaint(picture, *arguments, model=getattr(self._webui, model), **fields)

    def refused(self, picture, *arguments, model="inpainting", mask=None, **fields):
        fields |= {"mask": encoded(mask)} if mask is not None else {}
        fields |= {"script_name": SCRIPT, "script_args": list(arguments)}
        response = self._webui.img2img(picture, model=getattr(self._webui, model), **fields)
        assert response.status_code == 422, response.text[:500]
        return str(response.json()["detail"])

    def img2img(self, picture, *, model="inpainting", **fields):
        response = self._webui.img2img(picture, model=getattr(self._webui, model), **fields)
        assert response.status_code == 200, response.text[:500]
        return answered(response)

    def options(self):
        return self._webui.state()


@pytest.fixture
def driver(webui: WebUI) -> UrlDriver:
    return UrlDriver(webui)


@pytest.fixture(scope="session")
def picture() -> NDArray[np.uint8]:
    """A small photo: 96x80."""
    from skimage import data

    return np.ascontiguousarray(data.coffee()[100:180, 200:296])


@pytest.fixture(scope="session")
def photo_of():
    """Makes a photo of any size up to 600x1000."""
    from skimage import data

    whole = np.concatenate([data.coffee(), data.coffee()[::-1], data.coffee()])
    return lambda width, height: np.ascontiguousarray(whole[:height, :width])


@dataclass
class Grower:
    """Grows the small photo on one checkpoint in batches of one size; no grid among the pictures."""

    webui: WebUI
    picture: NDArray[np.uint8]
    kind: str
    batch: int

    @property
    def model(self) -> str:
        return self.webui.inpainting if self.kind == "9 channels" else self.webui.plain

    def __call__(self, arguments: dict[str, Any], **fields: Any) -> Answer:
        overrides = {"return_grid": False, **fields.pop("override_settings", {})}
        answer = self.webui.outpaint(
            self.picture, arguments, model=self.model, batch_size=self.batch, override_settings=overrides, **fields
        )
        assert len(answer.pictures) == self.batch
        return answer

    def refused(self, arguments: dict[str, Any], **fields: Any) -> str:
        """The message of a 422."""
        response = self.webui.img2img(
            self.picture, model=self.model, batch_size=self.batch, script_name=SCRIPT, script_args=[arguments], **fields
        )
        assert response.status_code == 422, response.text[:300]
        return str(response.json()["detail"])


@pytest.fixture(
    params=[(kind, batch) for kind in ("4 channels", "9 channels") for batch in (1, 2)],
    ids=lambda case: f"{case[0]}, batch of {case[1]}",
)
def grow(request: pytest.FixtureRequest, webui: WebUI, picture: NDArray[np.uint8]) -> Grower:
    """Each kind of checkpoint, with one picture at a time and with two."""
    return Grower(webui, picture, *request.param)


class Running:
    """A request in a thread, and what the host says about its progress meanwhile."""

    def __init__(self, webui: WebUI, work: Any) -> None:
        self._webui = webui
        self.answer: Answer | None = None
        self.error: BaseException | None = None
        self.seen: list[str] = []
        self._thread = threading.Thread(target=self._run, args=(work,))
        self._thread.start()

    def _run(self, work: Any) -> None:
        try:
            self.answer = work()
        except BaseException as error:  # noqa: BLE001  shown by the test
            self.error = error

    def wait_for(self, text: str, seconds: float = 120) -> bool:
        """Waits until the host's progress says `text` and sampling has begun there."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._thread.is_alive():
            state = self._webui.get("/sdapi/v1/progress?skip_current_image=true")["state"]
            self.seen.append(state["job"])
            if text in state["job"] and state["sampling_step"] >= 1:
                return True
            time.sleep(0.02)
        return False

    def finished(self) -> Answer:
        self._thread.join(600)
        assert self.error is None, self.error
        assert self.answer is not None
        return self.answer


@pytest.fixture
def running(webui: WebUI):
    return lambda work: Running(webui, work)
