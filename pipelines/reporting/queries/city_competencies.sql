-- Where the city lacks competence now, and what became of it in a year.
select
    gaps.competency_code,
    competencies.name_id as competency_name,
    competencies.name_en,
    gaps.n_employees,
    gaps.n_assessed,
    gaps.coverage,
    gaps.mean_required,
    gaps.mean_assessed,
    gaps.mean_gap,
    gaps.share_below_standard,
    gaps.share_below_standard - before.share_below_standard as share_below_standard_change,
    gaps.is_suppressed,
    gaps.suppression_reason
from competency_gap_by_unit as gaps
left join dim_competency as competencies on gaps.competency_code = competencies.competency_code
left join competency_gap_by_unit as before
    on gaps.unit_id = before.unit_id
    and gaps.competency_code = before.competency_code
    and before.quarter = gaps.quarter - interval 1 year
where
    gaps.quarter = (select max(quarter) from competency_gap_by_unit)
    and gaps.unit_id = (select mode(root_unit_id) from dim_unit where is_current)
order by gaps.share_below_standard desc nulls last, gaps.competency_code
