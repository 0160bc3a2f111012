with people as (

    select
        served.unit_id,
        served.quarter,
        gaps.employee_key,
        gaps.required_level,
        gaps.assessed_level
    from {{ ref('int_service__units_by_quarter') }} as served
    inner join {{ ref('int_units__ancestors') }} as ancestors
        on
            served.unit_id = ancestors.ancestor_unit_id
            and served.state_on >= ancestors.valid_from
            and (ancestors.valid_to is null or served.state_on < ancestors.valid_to)
    inner join {{ ref('int_competency__gaps_by_quarter') }} as gaps
        on
            ancestors.unit_id = gaps.unit_id
            and served.quarter = gaps.quarter
    inner join {{ ref('ref_competency') }} as competencies
        on gaps.competency_code = competencies.competency_code
    where gaps.gap is not null

)

select
    unit_id,
    quarter,
    count(distinct employee_key) as n_assessed,
    count(*) as n_levels,
    sum(case when assessed_level < required_level then 1 else 0 end) as n_below_standard,
    sum(required_level) as sum_required,
    sum(least(assessed_level, required_level)) as sum_capped
from people
group by
    unit_id,
    quarter
