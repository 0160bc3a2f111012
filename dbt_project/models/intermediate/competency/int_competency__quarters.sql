{{ mart_period_ends('quarter') }}
