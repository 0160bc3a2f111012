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
    is_reference,
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from {{ ref('stg_impact__events') }}
