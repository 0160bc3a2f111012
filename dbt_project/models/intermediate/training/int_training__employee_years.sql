with employees as (

    select
        years.year,
        years.state_on,
        employees.employee_key,
        employees.unit_id,
        employees.employment_status
    from {{ ref('int_training__years') }} as years
    inner join {{ ref('dim_employee') }} as employees
        on
            years.state_on >= employees.valid_from
            and (employees.valid_to is null or years.state_on < employees.valid_to)
    where
        years.is_staffed
        and employees.is_active

),

trainings as (

    select
        employee_key,
        credited_year as year,
        count(*) as n_completed,
        sum(hours_jp) as hours_jp
    from {{ ref('int_training__participations') }}
    where is_completed
    group by
        employee_key,
        credited_year

),

measured as (

    select
        employees.*,
        coalesce(trainings.n_completed, 0) as n_completed,
        cast(coalesce(trainings.hours_jp, 0) as decimal(18, 4)) as hours_jp
    from employees
    left join trainings
        on
            employees.employee_key = trainings.employee_key
            and employees.year = trainings.year

)

select
    measured.year,
    measured.employee_key,
    measured.unit_id,
    measured.employment_status,
    measured.n_completed,
    measured.hours_jp,
    floors.rule_set as floor_rule_set,
    ceilings.rule_set as ceiling_rule_set,
    measured.hours_jp >= floors.hours_jp as is_floor_reached,
    measured.hours_jp > ceilings.hours_jp as is_ceiling_exceeded
from measured
{% for name, kind in [('floors', 'FLOOR'), ('ceilings', 'CEILING')] %}
    left join {{ ref('rule_training_hours') }} as {{ name }}
        on
            {{ name }}.bound_kind = '{{ kind }}'
            and measured.employment_status = {{ name }}.employment_status
            and measured.state_on >= {{ name }}.valid_from
            and ({{ name }}.valid_to is null or measured.state_on < {{ name }}.valid_to)
{% endfor %}
