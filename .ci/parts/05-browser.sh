# shellcheck shell=bash
# a browser for the tests of panel and page, and the lint of their JavaScript
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
  root=""
  [ "$(id -u)" = 0 ] || root=sudo
  if ! { $root apt-get update -qq && $root apt-get install -y -qq --no-install-recommends chromium; }; then
    echo "no Chromium, and apt-get could not install one: the browser tests cannot run" >&2
    exit 1
  fi
fi
fresh_browser() { # what a browser test needs beside its Gradio; without it the tests would be skipped
  pip install playwright axe-playwright-python
  python -c "import gradio, playwright.sync_api, axe_playwright_python; print('browser tests under gradio', gradio.__version__)"
}
python3 -m venv "$scratch/javascript"
"$scratch/javascript/bin/pip" install "oxlint==1.89.0"
"$scratch/javascript/bin/oxlint" --deny-warnings -D correctness -D suspicious -D perf javascript
rm -rf "$scratch/javascript"
