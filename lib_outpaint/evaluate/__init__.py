"""Measuring outpainting, in two ways.

Without a model (`seam`, with `drifts`, `truth`, `measures`): samplers whose truth is known, and what is left of their
faults. On a user's pictures (`run`, with `cut`, `dataset`, `makers`, `figures`, `table`, `report`): a side is cut off, grown
back by any engine and compared with what was there; this is `outpaint evaluate`.
"""
