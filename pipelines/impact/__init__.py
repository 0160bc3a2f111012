"""What training changed: estimates of effect from a panel, their tests, and the rules under which they may be shown.

Nothing here knows of Dagster, dbt or the lake: a panel comes in as a frame, tables come out.
"""
