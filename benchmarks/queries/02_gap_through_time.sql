-- Is the gap of the whole city closing?
select
    gaps.competency_code,
    gaps.quarter,
    gaps.mean_gap,
    gaps.mean_gap - lag(gaps.mean_gap) over (partition by gaps.competency_code order by gaps.quarter) as change
from competency_gap_by_unit as gaps
inner join dim_unit as units
    on gaps.unit_id = units.unit_id and units.is_current
where units.depth = 0
order by gaps.competency_code, gaps.quarter
