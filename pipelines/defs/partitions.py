"""Belongs here: what a partition is. Does not belong here: which deliveries exist (``pipelines.landing.deliveries``)."""

from __future__ import annotations

import dagster as dg

FIRST_DELIVERY = "2015-01-01"
DELIVERY_DATES = dg.DailyPartitionsDefinition(start_date=FIRST_DELIVERY, timezone="Asia/Jakarta", end_offset=1)
"""One partition is one delivery date. Days without a delivery are normal and stay empty."""
