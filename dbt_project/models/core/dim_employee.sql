{#
    Two steps, because the second needs little: the states that the accepted rows give, then those states and the rejected
    rows, each with the state before it, put together again. A rejected row says that the person is still there, so it
    carries the last accepted state on.
#}
{% set attributes = [
    'sex',
    'birth_year',
    'employment_status',
    'legal_status_code',
    'rank_code',
    'rank_since_on',
    'position_type_code',
    'position_id',
    'echelon_code',
    'position_since_on',
    'education_level_code',
    'unit_id',
    'supervisor_key',
    'appointed_on',
] %}

with deliveries_of_employees as (

    select
        delivery_no,
        delivery_on
    from {{ ref('int_refresh__deliveries') }}
    where extract = 'hr/employees'

),

employees_in_each_delivery as (

    select
        employees.employee_key,
        {% for column in attributes %}
            employees.{{ column }},
        {% endfor %}
        deliveries_of_employees.delivery_no as first_no,
        deliveries_of_employees.delivery_no as last_no
    from {{ ref('stg_hr__employees') }} as employees
    inner join deliveries_of_employees
        on employees.delivery_on = deliveries_of_employees.delivery_on

),

accepted_states as (

    {{ history_from_pieces('employees_in_each_delivery', 'deliveries_of_employees', 'employee_key', attributes) }}

),

latest_delivery as (

    select max(delivery_no) as delivery_no
    from deliveries_of_employees

),

accepted_pieces as (

    select
        accepted_states.employee_key,
        {% for column in attributes %}
            accepted_states.{{ column }},
        {% endfor %}
        first_delivery.delivery_no as first_no,
        coalesce(next_delivery.delivery_no - 1, latest_delivery.delivery_no) as last_no
    from accepted_states
    cross join latest_delivery
    inner join deliveries_of_employees as first_delivery
        on accepted_states.valid_from = first_delivery.delivery_on
    left join deliveries_of_employees as next_delivery
        on accepted_states.valid_to = next_delivery.delivery_on

),

rejected_people as (

    select distinct
        rejected_rows.record_key as employee_key,
        deliveries_of_employees.delivery_no
    from {{ ref('stg_hr__employees_rejected') }} as rejected_rows
    inner join deliveries_of_employees
        on rejected_rows.delivery_on = deliveries_of_employees.delivery_on
    where rejected_rows.record_key is not null

),

rejected_people_with_earlier_states as (

    select
        rejected_people.delivery_no,
        accepted_pieces.*,
        row_number() over (
            partition by rejected_people.employee_key, rejected_people.delivery_no
            order by accepted_pieces.first_no desc nulls last
        ) as recency
    from rejected_people
    inner join accepted_pieces
        on
            rejected_people.employee_key = accepted_pieces.employee_key
            and rejected_people.delivery_no >= accepted_pieces.first_no

),

accepted_and_carried_pieces as (

    select
        employee_key,
        {% for column in attributes %}
            {{ column }},
        {% endfor %}
        first_no,
        last_no
    from accepted_pieces
    union all
    select
        employee_key,
        {% for column in attributes %}
            {{ column }},
        {% endfor %}
        delivery_no as first_no,
        delivery_no as last_no
    from rejected_people_with_earlier_states
    where
        recency = 1
        and delivery_no > last_no

),

versions_of_employees as (

    {{ history_from_pieces('accepted_and_carried_pieces', 'deliveries_of_employees', 'employee_key', attributes) }}

),

versions_with_position_classes as (

    select
        versions_of_employees.*,
        positions.position_class,
        row_number() over (
            partition by versions_of_employees.employee_key, versions_of_employees.valid_from
            order by
                case
                    when
                        positions.valid_from <= versions_of_employees.valid_from
                        and (positions.valid_to is null or positions.valid_to > versions_of_employees.valid_from)
                        then 0
                    else 1
                end asc nulls last,
                positions.valid_from asc nulls last
        ) as preference
    from versions_of_employees
    left join {{ ref('dim_position') }} as positions
        on versions_of_employees.position_id = positions.position_id

)

select
    {{ surrogate_key(['versions.employee_key', 'versions.valid_from']) }} as employee_version_key,
    versions.employee_key,
    versions.valid_from,
    versions.valid_to,
    versions.is_current,
    versions.sex,
    versions.birth_year,
    versions.employment_status,
    versions.legal_status_code,
    coalesce(legal_statuses.is_active, false) as is_active,
    versions.rank_code,
    versions.rank_since_on,
    versions.position_type_code,
    versions.position_id,
    versions.position_class,
    versions.echelon_code,
    versions.position_since_on,
    versions.education_level_code,
    versions.unit_id,
    versions.supervisor_key,
    versions.appointed_on
from versions_with_position_classes as versions
left join {{ ref('ref_legal_status') }} as legal_statuses
    on versions.legal_status_code = legal_statuses.legal_status_code
where versions.preference = 1
