"""The front door: what `lib_outpaint` offers by name, and with which arguments. Changing it is a decision."""

from __future__ import annotations

import inspect

import lib_outpaint

NAMES = [
    "Backend",
    "BackendError",
    "Capabilities",
    "Diffusers",
    "Draft",
    "InputError",
    "Job",
    "Message",
    "MissingExtra",
    "ModelError",
    "OutOfMemory",
    "Outcome",
    "OutpaintError",
    "OutpaintResult",
    "OutpaintedImage",
    "Outpainting",
    "ParamError",
    "Params",
    "PictureError",
    "Plan",
    "PlanError",
    "Progress",
    "Request",
    "Sampling",
    "SaveError",
    "Shot",
    "__version__",
    "inspect",
    "outpaint",
    "plan",
    "run",
]


def arguments(what: object) -> str:
    """Names of the arguments, `*` before those that must be named and `=` behind those with a default."""
    found, named = [], False
    for one in inspect.signature(what).parameters.values():  # type: ignore[arg-type]
        if one.name == "self":
            continue
        if one.kind is one.KEYWORD_ONLY and not named:
            found.append("*")
            named = True
        mark = {one.VAR_KEYWORD: "**", one.VAR_POSITIONAL: "*"}.get(one.kind, "")
        found.append(mark + one.name + ("" if one.default is one.empty else "="))
    return " ".join(found)


def test_the_names_are_these_and_all_of_them_are_there() -> None:
    assert sorted(lib_outpaint.__all__) == sorted(NAMES)
    assert dir(lib_outpaint) == sorted(NAMES)
    for name in NAMES:
        assert getattr(lib_outpaint, name) is not None


def test_another_name_is_an_attribute_error() -> None:
    assert not hasattr(lib_outpaint, "Outpainter")


def test_the_signatures_are_these() -> None:
    of = {name: arguments(getattr(lib_outpaint, name)) for name in ("outpaint", "plan", "run", "inspect", "Draft")}
    assert of == {
        "outpaint": "image params= * backend= prompt= negative_prompt= count= mask= masked_content= sampling= **settings",
        "plan": "size params= * backend= **settings",
        "run": "work backend on_picture=",
        "inspect": "path",
        "Draft": "on_progress=",
    }
    assert arguments(lib_outpaint.Outpainting) == "request capabilities * keep="
    assert arguments(lib_outpaint.Outcome) == "pixels steps_run= notes= info= stop="
    assert arguments(lib_outpaint.Capabilities) == (
        "engine cell= size_multiple= native_side= largest_window= inpainting= known_pixels= features= device= note= model= "
        "edit_instruction= scalers="
    )
    assert arguments(lib_outpaint.Job) == (
        "pixels latent_mask conditioning_mask cell seed image pass_index prompt negative_prompt sampling= loras= "
        "controlnet= mask_weight= reference= subseed= known= refines= enlarged="
    )
    assert arguments(lib_outpaint.Sampling) == "steps= sampler= scheduler= cfg= denoise= seed="
    methods = {name for name in vars(lib_outpaint.Backend) if not name.startswith("_")}
    assert methods == {"capabilities", "check", "inpaint", "report"}
