select
    quarters.quarter,
    quarters.state_on,
    quarters.is_now,
    employees.employee_key,
    employees.unit_id,
    employees.position_id,
    classes.position_class
from {{ ref('dim_employee') }} as employees
inner join {{ ref('int_competency__quarters') }} as quarters
    on
        employees.valid_from <= quarters.state_on
        and (employees.valid_to is null or employees.valid_to > quarters.state_on)
left join {{ ref('int_people__position_classes') }} as classes
    on
        employees.position_id = classes.position_id
        and {{ mart_in_force('classes', 'quarters.state_on') }}
where employees.is_active
