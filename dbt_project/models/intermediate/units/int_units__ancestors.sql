{{ config(materialized='table') }}

{% set max_depth = var('unit_max_depth') %}

with ancestors_above as (

    {% for level in range(max_depth) %}
        select
            unit_id,
            {{ unit_of_part(dbt.split_part('path', "'/'", level + 1)) }} as ancestor_unit_id,
            depth - {{ level }} as distance,
            valid_from,
            valid_to
        from {{ ref('dim_unit') }}
        where depth > {{ level }}
        union all
    {% endfor %}
    select
        unit_id,
        unit_id as ancestor_unit_id,
        0 as distance,
        valid_from,
        valid_to
    from {{ ref('dim_unit') }}

)

select
    unit_id,
    ancestor_unit_id,
    distance,
    valid_from,
    valid_to
from ancestors_above
