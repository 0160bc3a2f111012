{{ config(materialized='table') }}

select
    years.year,
    years.state_on,
    employees.employee_key,
    employees.unit_id,
    employees.position_id,
    classes.position_class,
    employees.position_type_code,
    employees.employment_status,
    employees.education_level_code
from {{ ref('dim_employee') }} as employees
inner join {{ ref('int_people__years') }} as years
    on
        employees.valid_from <= years.state_on
        and (employees.valid_to is null or employees.valid_to > years.state_on)
left join {{ ref('int_people__position_classes') }} as classes
    on
        employees.position_id = classes.position_id
        and {{ mart_in_force('classes', 'years.state_on') }}
where employees.is_active
