"""Clearance: one gate over everything that leaves, the attacks that prove it, and the bundle for the output checker."""
