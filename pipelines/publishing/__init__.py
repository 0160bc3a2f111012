"""Releases: what readers get, built whole beside the old one and put in its place in one step."""
