-- Competence and satisfaction side by side in the newest quarter that has both; this is no proof of cause.
select
    links.unit_id,
    units.unit_name,
    links.competency_index,
    links.share_below_standard,
    links.trained_share,
    links.ikm_published,
    links.competency_index_change,
    links.ikm_published_change,
    links.is_suppressed,
    links.suppression_reason
from service_competency_link as links
inner join dim_unit as units on links.unit_id = units.unit_id and units.is_current
where links.quarter = (select max(quarter) from service_competency_link where ikm_published is not null and competency_index is not null)
order by links.competency_index nulls last, units.unit_name
