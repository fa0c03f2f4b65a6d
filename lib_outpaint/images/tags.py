"""What reading and writing share: EXIF tags by name, and what Pillow raises."""

import struct
import zlib

ORIENTATION = 0x0112
EXIF_IFD = 0x8769
USER_COMMENT = 0x9286
MAKER_NOTE = 0x927C
PIXEL_X = 0xA002
PIXEL_Y = 0xA003

# Pillow's decoders raise almost anything on damaged files, and its encoders on values they cannot write.
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)
