with ranked as (

    select
        levels.employee_key,
        levels.competency_code,
        levels.assessed_on,
        levels.assessed_level,
        assessments.valid_until,
        assessments.delivery_on,
        row_number() over (
            partition by levels.employee_key, levels.competency_code, levels.assessed_on
            order by {{ mart_assessment_order('assessments', 'purposes') }}
        ) as preference
    from {{ ref('fct_assessment_level') }} as levels
    inner join {{ ref('fct_assessment') }} as assessments
        on levels.assessment_key = assessments.assessment_key
    left join {{ ref('rule_assessment_purpose') }} as purposes
        on
            levels.purpose = purposes.purpose
            and {{ mart_in_force('purposes', 'levels.assessed_on') }}
    where levels.assessed_level is not null

)

select
    employee_key,
    competency_code,
    assessed_on,
    assessed_level,
    valid_until,
    delivery_on,
    lead(assessed_on) over (
        partition by employee_key, competency_code
        order by assessed_on asc nulls last
    ) as superseded_on
from ranked
where preference = 1
