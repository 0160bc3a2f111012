with candidates as (

    select
        assessments.assessment_key,
        assessments.employee_key,
        assessments.assessed_on,
        assessments.purpose,
        employees.unit_id,
        employees.position_id,
        row_number() over (
            partition by assessments.assessment_key
            order by
                case
                    when
                        employees.valid_from <= assessments.assessed_on
                        and (employees.valid_to is null or employees.valid_to > assessments.assessed_on)
                        then 0
                    else 1
                end asc nulls last,
                employees.valid_from asc nulls last
        ) as preference
    from {{ ref('fct_assessment') }} as assessments
    left join {{ ref('dim_employee') }} as employees
        on assessments.employee_key = employees.employee_key

)

select
    candidates.assessment_key,
    candidates.employee_key,
    candidates.assessed_on,
    candidates.purpose,
    candidates.unit_id,
    candidates.position_id,
    classes.position_class
from candidates
left join {{ ref('int_people__position_classes') }} as classes
    on
        candidates.position_id = classes.position_id
        and {{ mart_in_force('classes', 'candidates.assessed_on') }}
where candidates.preference = 1
