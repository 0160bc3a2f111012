select
    programme_id,
    outcome,
    cohort,
    period,
    att,
    se,
    n_treated,
    n_control
from {{ source('impact', 'training_impact_group_times') }}
