{{ mart_period_ends('year') }}
