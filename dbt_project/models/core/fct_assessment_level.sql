with latest_assessments as (

    {{ latest_delivered(
        ref('stg_evaluation__assessments'),
        ['employee_key', 'assessed_on', 'purpose'],
        ['employee_key', 'assessed_on', 'purpose', 'delivery_on', 'source_row', 'source_file']
    ) }}

),

levels_of_latest_assessments as (

    select
        levels.employee_key,
        levels.assessed_on,
        levels.purpose,
        levels.competency_code,
        levels.assessed_level,
        row_number() over (
            partition by levels.employee_key, levels.assessed_on, levels.purpose, levels.competency_code
            order by levels.assessed_level asc nulls last
        ) as preference
    from {{ ref('stg_evaluation__assessment_levels') }} as levels
    inner join latest_assessments as assessments
        on
            levels.employee_key = assessments.employee_key
            and levels.assessed_on = assessments.assessed_on
            and levels.purpose = assessments.purpose
            and levels.delivery_on = assessments.delivery_on
            and levels.source_file = assessments.source_file
            and levels.source_row = assessments.source_row

)

select
    {{ surrogate_key(['employee_key', 'assessed_on', 'purpose']) }} as assessment_key,
    employee_key,
    assessed_on,
    purpose,
    competency_code,
    assessed_level
from levels_of_latest_assessments
where preference = 1
