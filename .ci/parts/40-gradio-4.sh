# shellcheck shell=bash
# the panel in a browser under Forge's Gradio, 4.40.0
# In the environment of part 20, which is done with: torch is the same.
environment older
pip install -e . gradio==4.40.0 "pydantic==2.8.2" "huggingface_hub<0.26" "fastapi<0.113" "starlette<0.39" pytest pytest-xdist hypothesis
fresh_browser
tests tests/ui
deactivate
rm -rf "$scratch/older"
