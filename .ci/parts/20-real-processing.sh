# shellcheck shell=bash
# sampling through the WebUI's real processing code (auto1111sdk, about v1.7)
# The package is AGPL: installed here for the tests, and taken out again. It asks for torch 2.1.0, which brings CUDA
# along; it runs with these as well. Between them, tokenizers and numpy leave Python 3.11.
real_python=$PYTHON
"$PYTHON" -c "import sys; sys.exit(sys.version_info[:2] != (3, 11))" || real_python=python3.11
environment older "$real_python"
pip install "$TORCH" transformers==4.30.2 tokenizers==0.13.3 numpy==2.4.6 pillow==13.0.0 safetensors==0.8.0 einops==0.8.2 \
  omegaconf==2.4.0 lark==1.3.1 psutil==7.2.2 scikit-image==0.26.0 pytest pytest-xdist hypothesis
pip install --no-deps auto1111sdk==0.0.95
pip install --no-deps -e .
python -c "import importlib.util as u; assert u.find_spec('auto1111sdk')"  # without it every test would be skipped
tests tests/real_processing
pip uninstall --yes auto1111sdk
deactivate
