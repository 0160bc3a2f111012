-- The competency in each office now, the greatest share below standard first.
select
    gaps.competency_code,
    gaps.unit_id,
    units.unit_name,
    gaps.n_employees,
    gaps.n_assessed,
    gaps.coverage,
    gaps.mean_gap,
    gaps.share_below_standard,
    gaps.is_suppressed,
    gaps.suppression_reason
from competency_gap_by_unit as gaps
inner join dim_unit as units on gaps.unit_id = units.unit_id and units.is_current and units.depth = 1
where gaps.quarter = (select max(quarter) from competency_gap_by_unit) and {competency}
order by gaps.competency_code, gaps.share_below_standard desc nulls last, units.unit_name
