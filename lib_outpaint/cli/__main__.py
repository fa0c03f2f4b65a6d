"""`python -m lib_outpaint.cli` is the same as `outpaint`."""

import sys

from . import main

if __name__ == "__main__":
    sys.exit(main())
