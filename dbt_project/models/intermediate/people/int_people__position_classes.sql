{{ config(materialized='table') }}

with held_classes as (

    select
        position_id,
        position_class,
        valid_from,
        lag(valid_from) over (
            partition by position_id
            order by valid_from asc nulls last
        ) as earlier_from,
        lead(valid_from) over (
            partition by position_id
            order by valid_from asc nulls last
        ) as later_from
    from {{ ref('dim_position') }}

)

select
    position_id,
    position_class,
    case when earlier_from is null then cast('1900-01-01' as date) else valid_from end as valid_from,
    later_from as valid_to
from held_classes
