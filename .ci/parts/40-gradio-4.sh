# shellcheck shell=bash
# the panel in a browser under Forge's Gradio, 4.40.0
fresh_environment gradio4
pip install -e . gradio==4.40.0 "pydantic==2.8.2" "huggingface_hub<0.26" "fastapi<0.113" "starlette<0.39" pytest hypothesis
fresh_browser
pytest tests/ui
deactivate
