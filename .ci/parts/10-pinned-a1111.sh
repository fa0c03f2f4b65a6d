# shellcheck shell=bash
# the tests in the WebUI's pinned environment: Python 3.10, Pillow 9.5, numpy 1.26, torch 2.1.2
python310=""
for candidate in python3.10 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10.*/bin/python3.10; do
  if "$candidate" -c "" 2>/dev/null; then python310=$candidate; break; fi
done
if [ -n "$python310" ]; then
  "$python310" -m venv "$scratch/pinned"
  source "$scratch/pinned/bin/activate"
  # The host's own torch. It brings CUDA along: there is no CPU build of it in the registry.
  pip install torch==2.1.2 numpy==1.26.2 Pillow==9.5.0 "scikit-image==0.21.0"
  pip install -e ".[draft]" "opencv-python-headless<4.11" pytest pytest-xdist hypothesis shtab numpy==1.26.2 Pillow==9.5.0 \
    gradio==3.41.2 gradio_client==0.5.0 fastapi==0.94.0 pydantic==1.10.21 httpx==0.24.1 starlette==0.26.1 \
    "matplotlib<3.9" "huggingface_hub<0.26" "websockets<12" requests
  fresh_browser
  python -c "import numpy, PIL; assert numpy.__version__ == '1.26.2' and PIL.__version__ == '9.5.0'"
  tests
  deactivate
  rm -rf "$scratch/pinned"
else
  echo "skipped: this machine has no working python3.10"
fi
