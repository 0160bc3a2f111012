select
    programme_id,
    outcome,
    event_time,
    att,
    se,
    ci_low,
    ci_high,
    band_low,
    band_high,
    n_treated,
    is_reference
from {{ source('impact', 'training_impact_events') }}
