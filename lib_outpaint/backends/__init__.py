"""Hosts: what samples a window. `protocol` says what one is; `draft` needs no model."""
