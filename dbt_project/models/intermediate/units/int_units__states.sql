{{ config(materialized='table') }}
{% set columns = [
    'unit_id', 'unit_name', 'unit_type', 'parent_unit_id', 'is_service_unit', 'echelon_code', 'area_code', 'valid_from', 'valid_to'
] %}

select
    {% for column in columns %}
        {{ column }},
    {% endfor %}
    false as is_inferred
from {{ ref('int_units__delivered_states') }}
union all
select
    {% for column in columns %}
        {{ column }},
    {% endfor %}
    true as is_inferred
from {{ ref('int_units__inferred_states') }}
