-- Units that serve citizens in the newest quarter with a survey, all services together, the least satisfying first.
select
    services.unit_id,
    units.unit_name,
    units.area_code,
    services.n_responses,
    services.ikm_published,
    services.mutu,
    services.ci_low,
    services.ci_high,
    services.sample_sufficient,
    services.n_complaints,
    services.median_working_days_to_first_response,
    services.share_within_sla,
    services.n_open,
    services.is_suppressed,
    services.suppression_reason
from service_quality as services
inner join dim_unit as units on services.unit_id = units.unit_id and units.is_current
where
    services.is_all_services
    and services.quarter = (select max(quarter) from service_quality where is_all_services and ikm_published is not null)
order by services.ikm_published nulls last, units.unit_name
