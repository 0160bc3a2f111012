{#
    What it is: the newest quarter of competency_gap_by_unit, before small cells are hidden, is competency_gap added up by
    unit and everything below it.
    When it matters: always; two releases of one night must not contradict each other.
    How to resolve it: compare the rows of one unit and competency in both marts.
    Who mends it: whoever maintains the pipeline.
#}
with people as (

    select
        ancestors.ancestor_unit_id as unit_id,
        gaps.competency_code,
        count(*) as n_employees,
        count(gaps.gap) as n_assessed,
        sum(case when gaps.gap > 0 then 1 else 0 end) as n_below_standard,
        sum(gaps.gap) as sum_gap
    from {{ ref('competency_gap') }} as gaps
    cross join {{ ref('int_refresh__as_of') }} as newest
    inner join {{ ref('int_units__ancestors') }} as ancestors
        on
            gaps.unit_id = ancestors.unit_id
            and newest.as_of_on >= ancestors.valid_from
            and (ancestors.valid_to is null or newest.as_of_on < ancestors.valid_to)
    where gaps.required_level is not null
    group by
        ancestors.ancestor_unit_id,
        gaps.competency_code

),

units as (

    select
        gaps.unit_id,
        gaps.competency_code,
        gaps.n_employees,
        gaps.n_assessed,
        gaps.share_below_standard,
        gaps.mean_gap
    from {{ ref('competency_gap_by_unit') }} as gaps
    inner join {{ ref('int_competency__quarters') }} as quarters
        on
            gaps.quarter = quarters.quarter
            and quarters.is_now

)

select
    coalesce(people.unit_id, units.unit_id) as unit_id,
    coalesce(people.competency_code, units.competency_code) as competency_code,
    people.n_employees as n_people,
    units.n_employees
from people
full outer join units
    on
        people.unit_id = units.unit_id
        and people.competency_code = units.competency_code
where
    people.unit_id is null
    or units.unit_id is null
    or people.n_employees <> units.n_employees
    or people.n_assessed <> units.n_assessed
    or coalesce({{ mart_half_up('people.n_below_standard', 'people.n_assessed', 4) }}, -1)
    <> coalesce(units.share_below_standard, -1)
    or coalesce({{ mart_half_up('people.sum_gap', 'people.n_assessed', 4, signed=true) }}, -99)
    <> coalesce(units.mean_gap, -99)
