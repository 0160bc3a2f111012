{{ config(materialized='table') }}
{#
    People say where they sit, and so that a unit is there, on days for which hr/units does not hold it. What lies above such a unit must
    be there as well, or it would hang on nothing: each level that is climbed asks the same of the units above.
#}
{% set attributes = ['unit_name', 'unit_type', 'parent_unit_id', 'is_service_unit', 'echelon_code', 'area_code'] %}
{% set max_depth = var('unit_max_depth') %}
{% set ever, for_ever = "cast('1900-01-01' as date)", "cast('9999-12-31' as date)" %}

with delivered_states as (

    select
        unit_id,
        {% for column in attributes %}
            {{ column }},
        {% endfor %}
        valid_from,
        valid_to,
        lag(valid_from) over (
            partition by unit_id
            order by valid_from asc nulls last
        ) as earlier_from,
        lead(valid_from) over (
            partition by unit_id
            order by valid_from asc nulls last
        ) as later_from
    from {{ ref('int_units__delivered_states') }}

),

{# The days on which hr/units lacks a unit that it knows: before its first state, and after each that ended until the next. #}
absences as (

    select
        unit_id,
        {% for column in attributes %}
            {{ column }},
        {% endfor %}
        {{ ever }} as gone_from,
        valid_from as gone_to
    from delivered_states
    where earlier_from is null
    union all
    select
        unit_id,
        {% for column in attributes %}
            {{ column }},
        {% endfor %}
        valid_to as gone_from,
        coalesce(later_from, {{ for_ever }}) as gone_to
    from delivered_states
    where valid_to < coalesce(later_from, {{ for_ever }})

),

needed_at_0 as (

    select
        unit_id,
        min(valid_from) as needed_from,
        max(coalesce(valid_to, {{ for_ever }})) as needed_to
    from {{ ref('dim_employee') }}
    where unit_id is not null
    group by unit_id

),

{% for level in range(max_depth + 1) %}
    inferred_at_{{ level }} as (

        select
            absences.unit_id,
            absences.parent_unit_id,
            absences.gone_from,
            greatest(absences.gone_from, needed.needed_from) as held_from,
            least(absences.gone_to, needed.needed_to) as held_to
        from needed_at_{{ level }} as needed
        inner join absences
            on
                needed.unit_id = absences.unit_id
                and needed.needed_from < absences.gone_to
                and needed.needed_to > absences.gone_from

    ),

    {% if level < max_depth %}
        needed_at_{{ level + 1 }} as (

            select
                parent_unit_id as unit_id,
                min(held_from) as needed_from,
                max(held_to) as needed_to
            from inferred_at_{{ level }}
            where parent_unit_id is not null
            group by parent_unit_id

        ),
    {% endif %}
{% endfor %}

inferred as (

    {% for level in range(max_depth + 1) %}
        select
            unit_id,
            gone_from,
            held_from,
            held_to
        from inferred_at_{{ level }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

{# What sits in a unit itself and below it may need it over different days of one absence: it is there from the first to the last. #}
spans as (

    select
        unit_id,
        gone_from,
        min(held_from) as valid_from,
        max(held_to) as held_to
    from inferred
    group by
        unit_id,
        gone_from

)

select
    spans.unit_id,
    {% for column in attributes %}
        absences.{{ column }},
    {% endfor %}
    spans.valid_from,
    nullif(spans.held_to, {{ for_ever }}) as valid_to
from spans
inner join absences
    on
        spans.unit_id = absences.unit_id
        and spans.gone_from = absences.gone_from
