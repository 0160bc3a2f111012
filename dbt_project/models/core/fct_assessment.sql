with latest_assessments as (

    {{ latest_delivered(
        ref('stg_evaluation__assessments'),
        ['employee_key', 'assessed_on', 'purpose'],
        [
            'employee_key',
            'assessed_on',
            'purpose',
            'provider',
            'method',
            'total_delivered',
            'jpm_delivered',
            'category_delivered',
            'delivery_on',
            'source_row',
            'source_file',
        ]
    ) }}

),

assessments_with_rules as (

    select
        assessments.*,
        rules.years,
        row_number() over (
            partition by assessments.employee_key, assessments.assessed_on, assessments.purpose
            order by rules.valid_from desc nulls last
        ) as preference
    from latest_assessments as assessments
    left join {{ ref('rule_assessment_validity') }} as rules
        on
            assessments.assessed_on >= rules.valid_from
            and (rules.valid_to is null or assessments.assessed_on < rules.valid_to)

)

select
    {{ surrogate_key(['employee_key', 'assessed_on', 'purpose']) }} as assessment_key,
    employee_key,
    assessed_on,
    purpose,
    cast({{ dbt.dateadd('year', 'years', 'assessed_on') }} as date) as valid_until,
    provider,
    method,
    total_delivered,
    jpm_delivered,
    category_delivered,
    delivery_on
from assessments_with_rules
where preference = 1
