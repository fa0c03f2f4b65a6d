"""Messages of this area: English and Chinese by code."""

MESSAGES = {}
