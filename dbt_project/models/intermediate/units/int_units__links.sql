{{ config(materialized='table') }}
{#
    The tree of units is the same between two changes of any unit, so it is looked at on the days of change alone. A table of its own, and
    not a part of dim_unit, because each level that is climbed reads it once more.
#}
{% set max_depth = var('unit_max_depth') %}
{% set attributes = [
    'unit_name', 'unit_type', 'parent_unit_id', 'is_service_unit', 'echelon_code', 'area_code', 'is_inferred'
] %}
{% set ids_above = [] %}
{% for level in range(max_depth, 0, -1) %}
    {% do ids_above.append('above_' ~ level ~ '.unit_id') %}
{% endfor %}

with units_on_each_day_of_change as (

    select
        states.unit_id,
        {% for column in attributes %}
            states.{{ column }},
        {% endfor %}
        days_of_change.change_no,
        days_of_change.changed_on
    from {{ ref('int_units__states') }} as states
    inner join {{ ref('int_units__days_of_change') }} as days_of_change
        on
            states.valid_from <= days_of_change.changed_on
            and (
                states.valid_to is null
                or states.valid_to > days_of_change.changed_on
            )

)

select
    units.change_no,
    units.changed_on,
    units.unit_id,
    {% for column in attributes %}
        units.{{ column }},
    {% endfor %}
    case
        when units.unit_id in ({{ ids_above | join(', ') }}) then null
        else above_1.unit_id
    end as followed_unit_id
from units_on_each_day_of_change as units
{% for level in range(1, max_depth + 1) %}
    left join units_on_each_day_of_change as above_{{ level }}
        on
            units.change_no = above_{{ level }}.change_no
            and {{ 'units' if level == 1 else 'above_' ~ (level - 1) }}.parent_unit_id = above_{{ level }}.unit_id
{% endfor %}
