-- The gap of each competency, quarter by quarter.
select
    gaps.unit_id,
    gaps.quarter,
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
    gaps.share_expired,
    gaps.is_suppressed,
    gaps.suppression_reason
from competency_gap_by_unit as gaps
left join dim_competency as competencies on gaps.competency_code = competencies.competency_code
where {unit}
order by gaps.unit_id, competencies.competency_order nulls last, gaps.competency_code, gaps.quarter
