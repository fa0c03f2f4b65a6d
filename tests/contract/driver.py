"""What drives a WebUI in the cases: one for the stand-in, one for the host's real processing code, one for a URL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lib_outpaint.errors import OutpaintError

Pixels = NDArray[np.uint8]
_TOLD = (
    "infotexts",
    "seed",
    "all_seeds",
    "all_subseeds",
    "index_of_first_image",
    "extra_generation_params",
    "width",
    "height",
)


@dataclass
class Answer:
    """What came back: the images as RGB arrays, and what the host says of them."""

    pictures: list[Pixels]
    info: Mapping[str, Any]

    @property
    def first(self) -> Pixels:
        return self.pictures[0]

    @property
    def notes(self) -> str:
        return str(self.info["extra_generation_params"].get("Outpaint notes", ""))

    @property
    def infotext(self) -> str:
        return str(self.info["infotexts"][0])

    def size(self, index: int = 0) -> tuple[int, int]:
        height, width = self.pictures[index].shape[:2]
        return width, height


class Driver(ABC):
    """Grows images by the script.

    Attributes:
        lacks: what this host does otherwise than a WebUI of today, by name; a case asks for it and expects less.
        no_grid: options under which there is no grid among the images.
    """

    lacks: frozenset[str] = frozenset()
    no_grid: Mapping[str, Any] = MappingProxyType({})

    @abstractmethod
    def outpaint(
        self, picture: Image.Image | Pixels, *arguments: Any, model: str = "inpainting", mask: Any = None, **fields: Any
    ) -> Answer:
        """Small and quick unless said otherwise: 2 steps, Euler, seed 5, nothing saved.

        Args:
            model: "plain" or "inpainting", a kind of checkpoint; or a checkpoint's name.
            mask: what is painted in the Inpaint tab, uint8 (H, W).
            fields: of the tab, by the API's names.
        """

    @abstractmethod
    def refused(self, picture: Image.Image | Pixels, *arguments: Any, **fields: Any) -> str:
        """The message of a refused job; fails when it is not refused."""

    @abstractmethod
    def img2img(self, picture: Image.Image | Pixels, *, model: str = "inpainting", **fields: Any) -> Answer:
        """The host's own img2img."""

    @abstractmethod
    def options(self) -> dict[str, Any]:
        """All options that can be seen."""


class LocalDriver(Driver):
    """A host in this process: the API's way of calling the script.

    Args:
        host: the host's modules by name, with `job`, our own.
        make: makes a processing object from fields, the script's arguments in its list.
        lacks: as of the class.
    """

    def __init__(self, host: Any, make: Callable[..., Any], lacks: frozenset[str]) -> None:
        self._host = host
        self._make = make
        self.lacks = lacks

    def outpaint(self, picture, *arguments, model="inpainting", mask=None, **fields):
        p = self._prepared(picture, arguments, model, mask, fields)
        script = p.scripts.selectable_scripts[0]
        place = (script.args_from, script.args_to)
        p.script_args = list(p.script_args)
        return self._answered(self._host.job.run(p, p.script_args[place[0] : place[1]], place))

    def refused(self, picture, *arguments, **fields):
        try:
            self.outpaint(picture, *arguments, **fields)
        except OutpaintError as error:
            return str(error)
        except Exception as error:
            if getattr(error, "status_code", 0) == 422:
                return str(error.detail)  # type: ignore[attr-defined]
            raise
        raise AssertionError("the job was not refused")

    def img2img(self, picture, *, model="inpainting", **fields):
        return self._answered(self._host.processing.process_images(self._prepared(picture, (), model, None, fields)))

    def options(self):
        return dict(self._host.shared.opts.data)

    def _prepared(self, picture: Any, arguments: Any, model: str, mask: Any, fields: dict[str, Any]) -> Any:
        self._host.shared.state.begin()
        image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
        overrides = {"sd_model_checkpoint": f"{model}.safetensors", **fields.pop("override_settings", {})}
        not_saved = {"do_not_save_samples": True, "do_not_save_grid": True}
        fields = {"init_images": [image], "override_settings": overrides, **not_saved, **fields}
        if mask is not None:
            fields["mask"] = Image.fromarray(mask)
        p = self._make(*arguments, **fields)
        p.is_api = True
        return p

    @staticmethod
    def _answered(processed: Any) -> Answer:
        info = {name: getattr(processed, name) for name in _TOLD}
        return Answer([np.array(image.convert("RGB")) for image in processed.images], info)
