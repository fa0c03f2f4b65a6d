"""The version, in one place: pyproject.toml, the metadata of pictures and the command line read it here."""

__version__ = "0.1.0"
