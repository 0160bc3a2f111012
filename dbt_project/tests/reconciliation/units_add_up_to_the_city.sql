{#
    What it is: for each competency and quarter the people who sit in units, each counted where they sit, are the people of
    the units at the top.
    When it matters: always; a difference means that somebody is lost or counted twice on the way up the hierarchy.
    How to resolve it: look at units_not_attached and at the versions of the units that the difference comes from.
    Who mends it: whoever maintains the pipeline.
#}
with seated as (

    select
        competency_code,
        quarter,
        sum(n_employees) as n_employees,
        sum(n_assessed) as n_assessed
    from {{ ref('int_competency__unit_totals') }}
    group by
        competency_code,
        quarter

),

at_the_top as (

    select
        gaps.competency_code,
        gaps.quarter,
        sum(gaps.n_employees) as n_employees,
        sum(gaps.n_assessed) as n_assessed
    from {{ ref('competency_gap_by_unit') }} as gaps
    inner join {{ ref('int_competency__quarters') }} as quarters
        on gaps.quarter = quarters.quarter
    inner join {{ ref('dim_unit') }} as units
        on
            gaps.unit_id = units.unit_id
            and units.depth = 0
            and quarters.state_on >= units.valid_from
            and (units.valid_to is null or quarters.state_on < units.valid_to)
    group by
        gaps.competency_code,
        gaps.quarter

)

select
    coalesce(seated.competency_code, at_the_top.competency_code) as competency_code,
    coalesce(seated.quarter, at_the_top.quarter) as quarter,
    seated.n_employees as n_seated,
    at_the_top.n_employees as n_at_the_top,
    seated.n_assessed as n_assessed_seated,
    at_the_top.n_assessed as n_assessed_at_the_top
from seated
full outer join at_the_top
    on
        seated.competency_code = at_the_top.competency_code
        and seated.quarter = at_the_top.quarter
where
    seated.competency_code is null
    or at_the_top.competency_code is null
    or seated.n_employees <> at_the_top.n_employees
    or seated.n_assessed <> at_the_top.n_assessed
