"""Alerts: what is wrong, since when, what it touches and how it is mended, told once a night for each cause, and told when it is over.

Nothing here knows Dagster, and nothing that fails here fails a night. A message holds no personal data: it is made of names of
extracts, dates, counts, and texts of the contracts.
"""
