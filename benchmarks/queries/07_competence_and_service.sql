-- Do units whose people are more competent serve better?
select
    links.quarter,
    count(*) as n_units,
    corr(links.competency_index, links.ikm_published) as correlation,
    regr_slope(links.ikm_published, links.competency_index) as points_a_level
from service_competency_link as links
where
    links.competency_index is not null
    and links.ikm_published is not null
group by links.quarter
order by links.quarter
