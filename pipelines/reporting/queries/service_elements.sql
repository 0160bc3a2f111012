-- The nine elements over all units in the newest quarter with a survey, weighted by respondents.
with newest as (
    select * from service_quality
    where is_all_services and quarter = (select max(quarter) from service_quality where is_all_services and ikm_published is not null)
),
scores as (
    unpivot newest on nrr_u1, nrr_u2, nrr_u3, nrr_u4, nrr_u5, nrr_u6, nrr_u7, nrr_u8, nrr_u9 into name element value nrr
)
select element, sum(n_responses) as n_responses, sum(nrr * n_responses) / sum(n_responses) as score
from scores
where n_responses is not null
group by element
order by score
