-- What other ways of reckoning say of the level of what is taught. Usual comparisons are shown so that one sees what they would claim.
select programme_id, estimator, is_primary, n_treated, att, ci_low, ci_high, is_suppressed, suppression_reason
from training_impact
where outcome = 'competence' and scope_type = 'all' and {programme}
order by programme_id, is_primary desc, is_baseline, estimator
