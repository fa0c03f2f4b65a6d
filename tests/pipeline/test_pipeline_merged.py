"""A merged checkpoint is an inpainting checkpoint: it loads, samples, and the mask weight acts."""

import torch
from pipeline_helpers import loaded, sampled
from safetensors.torch import load_file

from lib_outpaint.models.merge import plan_merge


def test_a_merged_checkpoint_samples_and_the_mask_weight_acts(models, tmp_path):
    import ldm_layout

    words = load_file(models / "tiny.safetensors")[
        "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight"
    ]
    own = ldm_layout.write_sd15(tmp_path / "own.safetensors", len(words), seed=8)
    out = tmp_path / "own-inpainting.safetensors"
    plan_merge(own, models / "tiny-inpainting.safetensors", models / "tiny.safetensors", amount=0.2).write(out)
    ldm_layout.write_yaml(out.with_suffix(".yaml"), models / "clip", 9)
    backend = loaded(out)
    assert backend.info.inpainting
    blanked, shown = sampled(backend), sampled(backend, mask_weight=0.0)
    assert float((blanked - shown).abs().mean()) > 1e-3
    assert torch.equal(blanked, sampled(backend)), "as much as the runs of one setting differ"
    plain = loaded(models / "tiny-inpainting.safetensors")
    assert float((blanked - sampled(plain)).abs().mean()) > 1e-3, "it is the model's, not the inpainting checkpoint's"
