{#
    The tree of units is the same between two changes of any unit, so it is climbed on the days of change alone: first the
    states of the single units, then the tree on each of those days, then the versions that follow from both.
#}
{% set max_depth = var('unit_max_depth') %}
{% set attributes = ['unit_name', 'unit_type', 'parent_unit_id', 'is_service_unit', 'echelon_code', 'area_code'] %}
{% set places = ['root_unit_id', 'unit_path', 'unit_depth'] %}
{% set ids_above, parts_of_path, levels_above = [], [], [] %}
{% for level in range(max_depth, 0, -1) %}
    {% do ids_above.append('above_' ~ level ~ '.unit_id') %}
    {% do parts_of_path.append("coalesce(above_" ~ level ~ ".unit_id || '/', '')") %}
    {% do levels_above.append('case when above_' ~ level ~ '.unit_id is null then 0 else 1 end') %}
{% endfor %}

with delivered_units as (

    select
        unit_id,
        unit_name,
        unit_type,
        parent_unit_id,
        coalesce(is_service_unit, false) as is_service_unit,
        echelon_code,
        area_code,
        first_delivery_on,
        last_delivery_on
    from {{ ref('stg_hr__units') }}

),

states_of_single_units as (

    {{ history_of_snapshots(
        'delivered_units', ref('stg_hr__units_rejected'), 'hr/units', 'unit_id', attributes
    ) }}

),

days_of_change as (

    select valid_from as changed_on
    from states_of_single_units
    union
    select valid_to as changed_on
    from states_of_single_units
    where valid_to is not null

),

numbered_days_of_change as (

    select
        changed_on as delivery_on,
        row_number() over (order by changed_on asc nulls last) as delivery_no
    from days_of_change

),

units_on_each_day_of_change as (

    select
        states_of_single_units.unit_id,
        {% for column in attributes %}
            states_of_single_units.{{ column }},
        {% endfor %}
        numbered_days_of_change.delivery_no
    from states_of_single_units
    inner join numbered_days_of_change
        on
            states_of_single_units.valid_from <= numbered_days_of_change.delivery_on
            and (
                states_of_single_units.valid_to is null
                or states_of_single_units.valid_to > numbered_days_of_change.delivery_on
            )

),

-- A link is followed only to a unit that the same delivery holds, and not from a unit that its own links lead back to.
links_that_can_be_followed as (

    select
        units.delivery_no,
        units.unit_id,
        case
            when units.unit_id in ({{ ids_above | join(', ') }}) then null
            else above_1.unit_id
        end as parent_unit_id
    from units_on_each_day_of_change as units
    {% for level in range(1, max_depth + 1) %}
        left join units_on_each_day_of_change as above_{{ level }}
            on
                units.delivery_no = above_{{ level }}.delivery_no
                and {{ 'units' if level == 1 else 'above_' ~ (level - 1) }}.parent_unit_id = above_{{ level }}.unit_id
    {% endfor %}

),

places_in_the_tree as (

    select
        links.delivery_no,
        links.unit_id,
        coalesce({{ ids_above | join(', ') }}, links.unit_id) as root_unit_id,
        {{ parts_of_path | join(' || ') }} || links.unit_id as unit_path,
        {{ levels_above | join(' + ') }} as unit_depth
    from links_that_can_be_followed as links
    {% for level in range(1, max_depth + 1) %}
        left join links_that_can_be_followed as above_{{ level }}
            on
                links.delivery_no = above_{{ level }}.delivery_no
                and {{ 'links' if level == 1 else 'above_' ~ (level - 1) }}.parent_unit_id = above_{{ level }}.unit_id
    {% endfor %}

),

units_with_places as (

    select
        units.*,
        places.root_unit_id,
        places.unit_path,
        places.unit_depth,
        units.delivery_no as first_no,
        units.delivery_no as last_no
    from units_on_each_day_of_change as units
    inner join places_in_the_tree as places
        on
            units.delivery_no = places.delivery_no
            and units.unit_id = places.unit_id

),

versions_of_delivered_units as (

    {{ history_from_pieces('units_with_places', 'numbered_days_of_change', 'unit_id', attributes + places) }}

),

units_never_delivered as (

    select named.unit_id
    from {{ ref('int_units__named') }} as named
    left join states_of_single_units
        on named.unit_id = states_of_single_units.unit_id
    where states_of_single_units.unit_id is null

),

all_versions as (

    select
        unit_id,
        {% for column in attributes + places %}
            {{ column }},
        {% endfor %}
        false as is_inferred,
        valid_from,
        valid_to,
        is_current
    from versions_of_delivered_units
    union all
    select
        unit_id,
        cast(null as {{ dbt.type_string() }}) as unit_name,
        cast(null as {{ dbt.type_string() }}) as unit_type,
        cast(null as {{ dbt.type_string() }}) as parent_unit_id,
        false as is_service_unit,
        cast(null as {{ dbt.type_string() }}) as echelon_code,
        cast(null as {{ dbt.type_string() }}) as area_code,
        unit_id as root_unit_id,
        unit_id as unit_path,
        0 as unit_depth,
        true as is_inferred,
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
