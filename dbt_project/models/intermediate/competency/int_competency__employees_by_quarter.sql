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
        and quarters.state_on >= classes.valid_from
        and (classes.valid_to is null or quarters.state_on < classes.valid_to)
where employees.is_active
