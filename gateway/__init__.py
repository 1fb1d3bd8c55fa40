"""Demarc: the demarcation point of the management plane."""

__version__ = "0.1.0"
