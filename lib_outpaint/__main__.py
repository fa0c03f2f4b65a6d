"""`python -m lib_outpaint` is the same as `outpaint`."""

import sys

from .apps.cli import main

if __name__ == "__main__":
    sys.exit(main())
