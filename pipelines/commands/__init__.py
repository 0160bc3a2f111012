"""The command ``asn``: one module for each group of its words, `main` for what runs a night. Nothing in the project stands on it."""
