with named as (

    select
        employees.employee_key,
        employees.year,
        employees.state_on,
        positions.position_name,
        row_number() over (
            partition by employees.employee_key, employees.year
            order by
                case
                    when {{ mart_in_force('positions', 'employees.state_on') }} then 0
                    else 1
                end asc nulls last,
                positions.valid_from asc nulls last
        ) as preference
    from {{ ref('int_people__employees_by_year') }} as employees
    inner join {{ ref('dim_position') }} as positions
        on employees.position_id = positions.position_id

),

names as (

    select distinct
        position_name,
        state_on
    from named
    where preference = 1

),

waived as (

    select distinct
        names.position_name,
        names.state_on,
        waivers.component
    from names
    inner join {{ ref('rule_professionalism_waiver') }} as waivers
        on
            waivers.is_default
            and {{ mart_in_force('waivers', 'names.state_on') }}
            and {{ mart_has_words('names.position_name', 'waivers.position_word') }}

)

select
    named.employee_key,
    named.year,
    waived.component
from named
inner join waived
    on
        named.position_name = waived.position_name
        and named.state_on = waived.state_on
where named.preference = 1
