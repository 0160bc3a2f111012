-- The effect of the programme on each outcome: primary estimates, with their interval and verdict.
select
    programme_id, outcome, kirkpatrick_level, n_treated, n_control, att, ci_low, ci_high, mde_80, verdict, verdict_reason, cost_per_point,
    is_suppressed, suppression_reason
from training_impact
where is_primary and scope_type = 'all' and {programme}
order by programme_id, kirkpatrick_level, outcome
