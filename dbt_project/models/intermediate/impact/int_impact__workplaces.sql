{{ config(materialized='table') }}

with types_of_units as (

    select
        units.unit_id,
        units.valid_from,
        units.valid_to,
        divisions.unit_type is not null as is_division
    from {{ ref('dim_unit') }} as units
    left join {{ rules_in_force_now('rule_impact_division') }} as divisions
        on upper(units.unit_type) = divisions.unit_type

),

above as (

    select
        ancestors.unit_id,
        ancestors.valid_from,
        ancestors.valid_to,
        ancestors.ancestor_unit_id,
        row_number() over (
            partition by ancestors.unit_id, ancestors.valid_from
            order by
                case when types_of_units.is_division then 1 else 0 end asc nulls last,
                case when types_of_units.is_division then -ancestors.distance else ancestors.distance end asc nulls last
        ) as preference
    from {{ ref('int_units__ancestors') }} as ancestors
    inner join types_of_units
        on
            ancestors.ancestor_unit_id = types_of_units.unit_id
            and ancestors.valid_from >= types_of_units.valid_from
            and (types_of_units.valid_to is null or ancestors.valid_from < types_of_units.valid_to)

)

select
    unit_id,
    valid_from,
    valid_to,
    ancestor_unit_id as workplace_unit_id
from above
where preference = 1
