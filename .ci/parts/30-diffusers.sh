# shellcheck shell=bash
# the diffusers engine: tiny random-weight models, sampled for real
fresh_environment diffusers
pip install -e ".[diffusers]" pytest hypothesis "scikit-image>=0.21"
pip install -e ".[draft]"
OMP_NUM_THREADS=2 pytest tests/pipeline tests/core/test_models.py
deactivate
