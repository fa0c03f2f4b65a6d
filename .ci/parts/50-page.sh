# shellcheck shell=bash
# panel, page and report in a browser, under a current Gradio; and from a wheel
environment current
pip install -e ".[page]"
fresh_browser
tests tests/ui tests/ui_page tests/evaluate/test_evaluate_browser.py
pytest -m "" tests/project/test_extending.py  # the long ones too
# Outside a checkout: a wheel brings the stage's script, its style and the languages along.
pip wheel --no-deps --wheel-dir "$scratch/wheel" .
pip uninstall --yes directional-outpaint
pip install --no-deps "$scratch"/wheel/directional_outpaint-*.whl
(cd "$scratch" && python "$OLDPWD/tests/ui_page/installed.py")
deactivate
rm -rf "$scratch/wheel"
