-- Satisfaction in each district: all units that lie in it, weighted by respondents, in the newest quarter with a survey.
select
    left(units.area_code, 8) as area_code,
    count(*) as n_units,
    sum(services.n_responses) as n_responses,
    sum(services.n_responses * services.ikm_published) / sum(services.n_responses) as ikm_published
from service_quality as services
inner join dim_unit as units on services.unit_id = units.unit_id and units.is_current
where
    services.is_all_services
    and services.ikm_published is not null
    and length(units.area_code) >= 8
    and services.quarter = (select max(quarter) from service_quality where is_all_services and ikm_published is not null)
group by left(units.area_code, 8)
order by ikm_published
