-- Whose effect can be measured, for the level of what is taught, and who had to be left out.
select programme_id, n_treated, n_dropped_always_treated, n_in_small_cohorts, n_censored, n_control, n_treated_clusters, cost_total,
    cost_per_head, is_suppressed, suppression_reason
from training_impact
where is_primary and outcome = 'competence' and scope_type = 'all' and {programme}
order by programme_id
