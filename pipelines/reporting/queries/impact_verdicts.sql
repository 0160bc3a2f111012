-- What may be said of the training programmes: primary estimates of the effect on the level of what is taught.
select verdict, count(*) as n
from training_impact
where is_primary and outcome = 'competence'
group by verdict
order by n desc, verdict
