select
    positions.assessment_key,
    positions.employee_key,
    positions.assessed_on,
    positions.purpose,
    positions.unit_id,
    positions.position_id,
    positions.position_class,
    count(standards.competency_code) as n_competencies,
    sum(case when standards.assessed_level < standards.required_level then 1 else 0 end) as n_below_standard,
    sum(standards.required_level) as sum_required,
    sum(standards.assessed_level) as sum_assessed,
    sum(standards.capped_level) as sum_capped
from {{ ref('int_competency__assessment_positions') }} as positions
left join {{ ref('int_competency__assessment_standards') }} as standards
    on positions.assessment_key = standards.assessment_key
group by
    positions.assessment_key,
    positions.employee_key,
    positions.assessed_on,
    positions.purpose,
    positions.unit_id,
    positions.position_id,
    positions.position_class
