-- Which services do citizens rate best and worst, of those with enough answers?
select
    units.unit_name,
    quality.service_name,
    quality.n_responses,
    quality.ikm_published,
    quality.mutu,
    rank() over (order by quality.ikm_published desc) as place
from service_quality as quality
inner join dim_unit as units
    on quality.unit_id = units.unit_id and units.is_current
where
    quality.quarter = (select max(quarter) from service_quality where ikm_published is not null)
    and not quality.is_all_services
    and quality.sample_sufficient is not null
    and quality.ikm_published is not null
order by place
