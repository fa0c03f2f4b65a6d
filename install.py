"""Run by the WebUI at every start: installs what is missing, and never stops the start.

The engine needs nothing that the WebUI does not have; PatchMatch, for the "patchmatch" fill, is worth one small wheel.
"""

import importlib.util
import sys


def main():
    if importlib.util.find_spec("patchmatch"):
        return
    wanted = "PyPatchMatch>=2.2" if sys.version_info >= (3, 11) else "PyPatchMatch==2.0.0rc5"
    try:
        import launch

        # Only a wheel: nothing is compiled on a user's machine. The host's numpy stays as it is.
        command = f'install --only-binary :all: --no-deps --retries 0 --timeout 5 "{wanted}"'
        launch.run_pip(command, "patchmatch for Directional outpaint")
    except Exception as error:  # noqa: BLE001  offline, no wheel, read-only: all the same, the WebUI must start
        print(f"Directional outpaint: the patchmatch fill is not available ({type(error).__name__}); all else works")


main()
