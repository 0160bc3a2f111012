{{ config(materialized='table') }}

with candidates as (

    select
        years.year,
        units.unit_id,
        units.root_unit_id,
        units.valid_from,
        row_number() over (
            partition by years.year, units.unit_id
            order by
                case when units.valid_from <= years.state_on then units.valid_from end desc nulls last,
                units.valid_from asc nulls last
        ) as preference
    from {{ ref('dim_unit') }} as units
    cross join {{ ref('int_training__years') }} as years

)

select
    candidates.year,
    candidates.unit_id,
    ancestors.ancestor_unit_id,
    ancestors.ancestor_unit_id = candidates.root_unit_id as is_root
from candidates
inner join {{ ref('int_units__ancestors') }} as ancestors
    on
        candidates.unit_id = ancestors.unit_id
        and candidates.valid_from = ancestors.valid_from
where candidates.preference = 1
