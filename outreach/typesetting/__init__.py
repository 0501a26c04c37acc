"""Typesetting: where every PDF is made, out of a template and values that stay values."""
