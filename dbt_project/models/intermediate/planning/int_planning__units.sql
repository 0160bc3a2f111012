{{ config(materialized='table') }}

with judged as (

    select distinct unit_id
    from {{ ref('int_planning__service_signals') }}

),

offices as (

    select distinct unit_id
    from {{ ref('fct_training_budget') }}
    where unit_id is not null

),

above as (

    select
        ancestors.unit_id,
        ancestors.ancestor_unit_id,
        ancestors.distance,
        offices.unit_id is not null as is_office,
        judged.unit_id is not null as is_judged
    from {{ ref('int_units__ancestors') }} as ancestors
    inner join {{ ref('int_refresh__as_of') }} as newest
        on
            ancestors.valid_from <= newest.as_of_on
            and (ancestors.valid_to is null or ancestors.valid_to > newest.as_of_on)
    left join offices
        on ancestors.ancestor_unit_id = offices.unit_id
    left join judged
        on ancestors.ancestor_unit_id = judged.unit_id

),

{# The nearest unit that holds a budget (or is judged by citizens); where there is none, the top of the tree. #}
ranked as (

    select
        unit_id,
        ancestor_unit_id,
        row_number() over (
            partition by unit_id
            order by
                case when is_office then 0 else 1 end asc nulls last,
                case when is_office then distance else -distance end asc nulls last
        ) as office_preference,
        row_number() over (
            partition by unit_id
            order by
                case when is_office or is_judged then 0 else 1 end asc nulls last,
                case when is_office or is_judged then distance else -distance end asc nulls last
        ) as plan_preference
    from above

)

select
    plan_units.unit_id,
    office_units.ancestor_unit_id as office_unit_id,
    plan_units.ancestor_unit_id as plan_unit_id
from ranked as plan_units
inner join ranked as office_units
    on
        plan_units.unit_id = office_units.unit_id
        and office_units.office_preference = 1
where plan_units.plan_preference = 1
