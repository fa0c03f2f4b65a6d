# shellcheck shell=bash
# panel, page and report in a browser, under a current Gradio; and from a wheel
page_python=python3
python3 -c "import sys; sys.exit(sys.version_info[:2] < (3, 11))" || page_python=python3.11
fresh_environment page "$page_python"
pip install -e ".[page]" pytest hypothesis "scikit-image>=0.21" playwright axe-playwright-python
pytest tests/ui tests/ui_page tests/evaluate/test_evaluate_browser.py tests/project/test_extending.py
# Outside a checkout: a wheel brings the stage's script, its style and the languages along.
pip wheel --no-deps --wheel-dir "$scratch/wheel" .
pip uninstall --yes directional-outpaint
pip install --no-deps "$scratch"/wheel/directional_outpaint-*.whl
(cd "$scratch" && python "$OLDPWD/tests/ui_page/installed.py")
deactivate
rm -rf "$scratch/page" "$scratch/wheel"
