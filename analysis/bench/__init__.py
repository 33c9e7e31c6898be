"""Measurements of speed and memory on data of the size of England."""
