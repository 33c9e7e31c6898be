"""Drawings that are particular to one bundle: each takes the frame after disclosure and returns a figure."""
