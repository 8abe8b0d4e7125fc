"""Storyboard: long films made of short generated shots. The core; it knows no window."""

__version__ = "0.1.0"
