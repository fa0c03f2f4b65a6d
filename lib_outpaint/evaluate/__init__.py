"""Measuring outpainting on a user's own images: a side is cut off, grown back by any engine and compared with the truth.

This is `outpaint evaluate` (`evaluation`, with `sizes`, `cut`, `dataset`, `makers`, `figures`, `table`, `report`).
"""
