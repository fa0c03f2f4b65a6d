"""One image on its way: what each of its passes needs, and what becomes of what the backend returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from ..parameters.params import Params
from ..parameters.sampling import Sampling
from ..pixels import blend
from ..pixels.canvas import Canvas
from ..pixels.colour.drift import Fit
from ..pixels.colour.match import match
from ..pixels.composite import Composite
from ..pixels.fills import prefill
from ..pixels.fills.continuation import led_on
from ..pixels.masks import Masks, box_coverage, masks_for, region_coverage
from ..pixels.scaling import reduced
from ..planning.bands import joints_for
from ..planning.capabilities import Capabilities
from ..planning.geometry import Box, Side, bounding
from ..planning.plan import Pass, Plan
from .instructing import instructed
from .protocol import Enlarged, Job, Outcome
from .request import FILL_OF_NEW, Request, Shot
from .result import Grown, PassReport
from .seeds import pass_seed
from .small_picture import SmallPicture


@dataclass(frozen=True, eq=False)
class Window:
    """A pass of one image, prepared: the job, and what its outcome is put back by.

    Attributes:
        before: float32 (3, H, W), the window before the pass.
        known: bool (H, W), what of it is known.
    """

    job: Job
    before: torch.Tensor
    known: torch.Tensor
    masks: Masks


@dataclass(frozen=True, eq=False)
class Blended:
    """A sampled window after colour match and blend.

    Attributes:
        pixels: float32 (3, H, W).
        drift: of the sampler's colours, for the next pass of the side.
        black: whether the new area is nothing but black where the prefill was not dark.
    """

    pixels: torch.Tensor
    drift: Fit | None
    black: bool


class Growing:
    """One image of a batch: its canvas, and how its passes went."""

    def __init__(self, request: Request, params: Params, plan: Plan, image: int, caps: Capabilities) -> None:
        self.request = request
        self.params = params
        self.plan = plan
        self.image = image
        self.caps = caps
        self.shot: Shot = request.shots[image]
        device = torch.device(caps.device)
        self.canvas = Canvas(plan, request.pictures[image % len(request.pictures)], request.painted, device)
        wanted = params.extras
        self.prefilled = replace(self.canvas.image, patches=[]) if wanted in ("canvas", "both") else None
        self.mask = Composite(plan.canvas, channels=1) if wanted in ("mask", "both") else None
        self.reports: list[PassReport] = []
        self.info: dict[str, str] = {}
        self.drift: Fit | None = None  # of the pass before, which grew this side
        self.drift_side: Side | None = None
        self._first: Growing | None = None  # the small picture of hires on its way
        self._small: SmallPicture | None = None  # and once it has grown

    def _growing_small(self) -> Growing:
        """The small picture of hires, begun when its first pass is due: what was painted is repainted by then."""
        if self._first is None:
            hires = self.plan.hires
            assert hires is not None
            small = reduced(self.canvas.image, self.plan.source, hires.plan.source.extent)
            request = replace(self.request, pictures=(small,), painted=None)
            self._first = Growing(request, hires.params, hires.plan, self.image, self.caps)
        return self._first

    def _small_picture(self) -> SmallPicture:
        if self._small is None:
            assert self.plan.hires is not None
            self._small = SmallPicture(self.plan.hires, self._growing_small().canvas, self.params.hires_scaler, self.caps)
        return self._small

    def window(self, step: Pass, number: int) -> Window:
        """Prefills the pass's window and builds its masks. Nothing of the image changes."""
        if step.small:
            return self._growing_small().window(replace(step, small=False), number)
        seed = pass_seed(self.shot.seed, number)
        known = self.canvas.known(step)
        before = self.canvas.window(step.window)
        enlarged = self._enlarged(step, before, known) if self._refines(step) else None
        if enlarged is None:
            pixels = self._prefilled(step, before, known, seed)
        else:
            pixels = torch.where(known[None], before, enlarged.pixels)
        masks = masks_for(self._coverage(step), known, self.plan.cell)
        guidance = self.params.guidance
        prompt, negative = guidance.side_prompts.applied(step.place, step.step, self.shot.prompt, self.shot.negative_prompt)
        if guidance.edit_instruction == "on":
            prompt = instructed(prompt, step, self.plan.margins, self.caps.edit_instruction)
        job = Job(
            pixels=pixels,
            latent_mask=masks.latent,
            conditioning_mask=masks.conditioning,
            known=known,
            cell=self.plan.cell,
            seed=seed,
            image=self.image,
            pass_index=number,
            prompt=prompt,
            negative_prompt=negative,
            sampling=self._sampling(step),
            loras=guidance.loras,
            controlnet=guidance.controlnet,
            mask_weight=guidance.mask_weight,
            reference=guidance.reference,
            subseed=None if self.shot.subseed is None else pass_seed(self.shot.subseed, number),
            refines=self._refines(step),
            enlarged=enlarged,
        )
        return Window(job, before, known, masks)

    def _refines(self, step: Pass) -> bool:
        return self.plan.hires is not None and step.kind != "mask"

    def _enlarged(self, step: Pass, before: torch.Tensor, known: torch.Tensor) -> Enlarged:
        hires = self.plan.hires
        assert hires is not None
        left, top = step.window.left, step.window.top
        return Enlarged(
            led_on(self._small_picture().enlarged(step.window), before, known),
            (hires.across + hires.along) / 2,
            self.plan.source.moved(-left, -top),
            lambda box: self.canvas.window(box.moved(left, top)),
        )

    def _sampling(self, step: Pass) -> Sampling:
        sampling = self.request.sampling
        return replace(sampling, denoise=self.params.hires_denoise) if self._refines(step) else sampling

    def _prefilled(self, step: Pass, before: torch.Tensor, known: torch.Tensor, seed: int) -> torch.Tensor:
        if step.kind != "mask":
            return prefill(self.params.fill, before, known, self.params, seed)
        painted_fill = self.params.fill if self.request.painted_fill == FILL_OF_NEW else self.request.painted_fill
        if painted_fill:
            return prefill(painted_fill, before, known, self.params, seed)
        # What lies under the paint stays for the sampler to work on; only slack around a small picture is filled.
        return prefill(self.params.fill, before, known | self.canvas.painted_in(step.window), self.params, seed)

    def _coverage(self, step: Pass) -> torch.Tensor:
        device = self.canvas.device
        if step.kind != "mask":
            whole = bounding((*step.known, *step.new))
            joints = joints_for(step, self.plan.source, self.params.overlap, self.plan.bands)
            return box_coverage(step.new, step.window, self.params, self.plan.source, device, whole, self.plan.bands, joints)
        painted = self.canvas.painted_in(step.window)
        here = torch.zeros_like(painted)
        for new in step.new:
            rows, columns = new.within(step.window).slices
            here[rows, columns] = True
        return region_coverage(painted & here, self.params, self.plan.region_band)

    def blended(self, step: Pass, window: Window, outcome: Outcome) -> Blended:
        """What becomes of a sampled window. Nothing is taken over yet.

        Raises:
            BackendError: the outcome's pixels cannot be used.
        """
        if step.small:
            return self._growing_small().blended(replace(step, small=False), window, outcome)
        assert outcome.pixels is not None
        job, masks = window.job, window.masks
        sampled = blend.checked(outcome.pixels, job.pixels, can_fail=self.caps.has_model)
        last = self.drift if self.drift_side is step.side else None
        matched, drift = match(
            sampled,
            window.before,
            window.known,
            masks,
            self.params.color_match,
            self.caps.known_pixels,
            self.plan.cell,
            last,
        )
        black = self.caps.has_model and blend.black_where(masks.conditioning, sampled, job.pixels, self.plan.cell)
        return Blended(blend.blend_bands(window.before, matched, masks.coverage, window.known), drift, black)

    def put(self, step: Pass, window: Window, blended: Blended) -> None:
        """Takes over what `blended` made."""
        if step.small:
            self._growing_small().put(replace(step, small=False), window, blended)
            return
        self._record(step, window.job.pixels, window.masks)
        self.canvas.put(step, blended.pixels, window.masks.coverage)
        self.drift, self.drift_side = blended.drift, step.side

    def settle(self, waiting: Sequence[Pass]) -> None:
        """Rounds what none of the passes that are left will see to the picture's depth: it is not kept as floats."""
        if not any(step.small for step in waiting):  # the small picture is made of all that is known
            self.canvas.settle(waiting)

    def _record(self, step: Pass, pixels: torch.Tensor, masks: Masks) -> None:
        part = step.window.intersect(self.plan.canvas.box)
        rows, columns = part.within(step.window).slices
        if self.prefilled is not None:
            new = torch.zeros(part.height, part.width, dtype=torch.bool)
            for box in step.new:
                new[box.intersect(part).within(part).slices] = True
            self.prefilled.put(part, pixels[:, rows, columns], new)
        if self.mask is not None:
            covered = masks.coverage[None, rows, columns].cpu()
            self.mask.put(part, torch.maximum(self.mask.part(part), covered), covered[0] > 0)

    def note(self, step: Pass, number: int, outcome: Outcome, seconds: float) -> None:
        """Keeps how the pass went."""
        self.reports.append(
            PassReport(
                step.name,
                pass_seed(self.shot.seed, number),
                seconds,
                outcome.steps_run,
                step.window.area // self.plan.cell**2,
            )
        )
        self.info.update(outcome.info)

    def grown(self, label: str, made: list[Pass], left: list[Pass]) -> Grown:
        """The picture as far as it came: what is left of the plan is cropped away."""
        box = self.plan.canvas.box if not left else _complete_part(left[0], self.plan)
        plan = replace(self.plan, passes=tuple(made))
        return Grown(
            self.canvas.image.cropped(box),
            self.plan.source.within(box),
            self.image,
            self.shot,
            self.params,
            plan,
            tuple(self.reports),
            label,
            None if self.prefilled is None else self.prefilled.cropped(box),
            None if self.mask is None else self.mask.cropped(box),
            not left,
            dict(self.info),
            self.request.painted,
        )


def _complete_part(next_pass: Pass, plan: Plan) -> Box:
    """The rectangle that is known before a pass. Tiles of a strip that is not complete are no rectangle: cropped."""
    if next_pass.small:
        return plan.source
    return next_pass.known[0].intersect(plan.canvas.box)
