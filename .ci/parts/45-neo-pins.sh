# shellcheck shell=bash
# the adapter and the panel with Forge Neo's versions: Python 3.13, Gradio 4.40, pydantic 2.10, torch 2.14.1
python313=""
for candidate in python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13.*/bin/python3.13; do
  if "$candidate" -c "" 2>/dev/null; then python313=$candidate; break; fi
done
if [ -n "$python313" ]; then
  environment neo "$python313" torch==2.14.1
  pip install -e ".[draft]" gradio==4.40.0 pydantic==2.10.6 fastapi==0.127.1 httpx==0.24.1 huggingface_hub==0.36.2 numpy==2.3.5 \
    safetensors==0.7.0 scikit-image==0.25.2 tqdm==4.67.3 opencv-python-headless==4.10.0.84 audioop-lts==0.2.2 \
    pytest pytest-xdist hypothesis shtab requests
  pip install --no-deps Pillow==12.2.0  # Gradio asks for an older one; the host goes past it
  fresh_browser
  python -c "import PIL, numpy, pydantic; assert (PIL.__version__, numpy.__version__, pydantic.VERSION) == ('12.2.0', '2.3.5', '2.10.6')"
  tests tests/webui_adapter tests/ui
  deactivate
  rm -rf "$scratch/neo"
else
  echo "skipped: this machine has no working python3.13"
fi
