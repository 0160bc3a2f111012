{#
    The tree is climbed on the days on which any unit changed (int_units__links); the versions follow from the states of the single units
    and their places in the tree on those days.
#}
{% set max_depth = var('unit_max_depth') %}
{% set attributes = [
    'unit_name', 'unit_type', 'parent_unit_id', 'is_service_unit', 'echelon_code', 'area_code', 'is_inferred'
] %}
{% set places = ['root_unit_id', 'unit_path', 'unit_depth'] %}
{% set ids_above, parts_of_path, levels_above = [], [], [] %}
{% for level in range(max_depth, 0, -1) %}
    {% do ids_above.append('above_' ~ level ~ '.unit_id') %}
    {% do parts_of_path.append("coalesce(" ~ part_of_path("above_" ~ level ~ ".unit_id") ~ " || '/', '')") %}
    {% do levels_above.append('case when above_' ~ level ~ '.unit_id is null then 0 else 1 end') %}
{% endfor %}

with numbered_days_of_change as (

    select
        change_no as delivery_no,
        changed_on as delivery_on
    from {{ ref('int_units__days_of_change') }}

),

units_with_places as (

    select
        links.unit_id,
        {% for column in attributes %}
            links.{{ column }},
        {% endfor %}
        coalesce({{ ids_above | join(', ') }}, links.unit_id) as root_unit_id,
        {{ parts_of_path | join(' || ') }} || {{ part_of_path('links.unit_id') }} as unit_path,
        {{ levels_above | join(' + ') }} as unit_depth,
        links.change_no as first_no,
        links.change_no as last_no
    from {{ ref('int_units__links') }} as links
    {% for level in range(1, max_depth + 1) %}
        left join {{ ref('int_units__links') }} as above_{{ level }}
            on
                links.change_no = above_{{ level }}.change_no
                and {{ 'links' if level == 1 else 'above_' ~ (level - 1) }}.followed_unit_id = above_{{ level }}.unit_id
    {% endfor %}

),

versions_of_known_units as (

    {{ history_from_pieces('units_with_places', 'numbered_days_of_change', 'unit_id', attributes + places) }}

),

units_never_delivered as (

    select named.unit_id
    from {{ ref('int_units__named') }} as named
    left join {{ ref('int_units__states') }} as states
        on named.unit_id = states.unit_id
    where states.unit_id is null

),

all_versions as (

    select
        unit_id,
        {% for column in attributes + places %}
            {{ column }},
        {% endfor %}
        valid_from,
        valid_to,
        is_current
    from versions_of_known_units
    union all
    select
        unit_id,
        cast(null as {{ dbt.type_string() }}) as unit_name,
        cast(null as {{ dbt.type_string() }}) as unit_type,
        cast(null as {{ dbt.type_string() }}) as parent_unit_id,
        false as is_service_unit,
        cast(null as {{ dbt.type_string() }}) as echelon_code,
        cast(null as {{ dbt.type_string() }}) as area_code,
        true as is_inferred,
        unit_id as root_unit_id,
        {{ part_of_path('unit_id') }} as unit_path,
        0 as unit_depth,
        cast('1900-01-01' as date) as valid_from,
        cast(null as date) as valid_to,
        true as is_current
    from units_never_delivered

)

select
    {{ surrogate_key(['unit_id', 'valid_from']) }} as unit_version_key,
    unit_id,
    unit_name,
    unit_type,
    parent_unit_id,
    root_unit_id,
    unit_path as path,
    cast(unit_depth as integer) as depth,
    is_service_unit,
    echelon_code,
    area_code,
    is_inferred,
    valid_from,
    valid_to,
    is_current
from all_versions
