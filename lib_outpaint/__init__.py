"""Directional Outpaint: pictures grow on the sides you choose. `engine.outpaint` is the way in."""
