"""Images in and out: modes, EXIF orientation, ICC profile, alpha, metadata, atomic saving.

What becomes of an image's mode:

| stored as | grown and written as |
|---|---|
| 8-bit grey, grey + alpha, RGB, RGBA | the same; the source's bytes are copied outside the band |
| 16-bit grey, grey + alpha, RGB, RGBA | the same, to PNG or TIFF |
| palette, 1-bit | RGB (RGBA with transparency), grey; the colours outside the band are the source's |
| CMYK | RGB, with a note: the profile is dropped |
| 32-bit, float, Lab, HSV, animated | refused, in one line |

Alpha is kept, and goes on over the new area as it is at the edge. EXIF orientation is applied and its tag removed.
"""

from .folders import others_in, pictures_in
from .formats import format_for
from .image_strips import Strips, mode_of
from .picture import Picture, assembled, float_image, has_alpha, in_strips, layer_image, pixels_of, to_image, written
from .reading import READABLE, from_levels, in_memory, read, taken_over
from .writing import check_format, check_place, remove_leftovers, save, unwritten

__all__ = [
    "READABLE",
    "Picture",
    "Strips",
    "assembled",
    "check_format",
    "check_place",
    "float_image",
    "format_for",
    "from_levels",
    "has_alpha",
    "in_memory",
    "in_strips",
    "layer_image",
    "mode_of",
    "others_in",
    "pictures_in",
    "pixels_of",
    "read",
    "remove_leftovers",
    "save",
    "taken_over",
    "to_image",
    "unwritten",
    "written",
]
