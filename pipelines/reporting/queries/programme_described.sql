-- What participants say and how they do in the tests of the course; nobody is compared with, so this proves no effect.
select programme_id, outcome, n_measured, att as mean_value, is_suppressed, suppression_reason
from training_impact
where evidence = 'descriptive' and {programme}
order by programme_id, outcome
