# shellcheck shell=bash
# the diffusers engine: tiny random-weight models, sampled for real
environment current
pip install -e ".[diffusers]"
tests tests/pipeline tests/core/test_models*.py
deactivate
