select
    programme_id,
    outcome,
    att,
    se,
    sql_vs_python_gap_se
from {{ ref('training_impact') }}
where
    is_primary
    and verdict in ('credible_positive', 'credible_negative')
    and abs(sql_vs_python_gap_se) > 2
