-- Which offices are furthest below the standard, in which competency?
select
    units.unit_name,
    competencies.name_en,
    gaps.n_assessed,
    gaps.mean_gap,
    gaps.share_below_standard
from competency_gap_by_unit as gaps
inner join dim_unit as units
    on gaps.unit_id = units.unit_id and units.is_current
inner join dim_competency as competencies
    on gaps.competency_code = competencies.competency_code
where
    gaps.quarter = (select max(quarter) from competency_gap_by_unit)
    and units.depth = 1
    and gaps.share_below_standard is not null
order by gaps.share_below_standard desc, gaps.n_assessed desc
limit 20
