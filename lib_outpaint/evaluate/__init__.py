"""Measuring outpainting without a model: samplers whose truth is known, and what is left of their faults.

`seam.measured` runs the engine once and returns the figures; `drifts`, `truth` and `measures` are its parts.
"""
