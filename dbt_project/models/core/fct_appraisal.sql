with latest_rows as (

    {{ latest_delivered(
        ref('stg_evaluation__appraisals'),
        ['employee_key', 'year', 'period', 'is_acting_post'],
        [
            'employee_key',
            'year',
            'period',
            'unit_id',
            'work_rating',
            'behaviour_rating',
            'predicate_delivered',
            'is_acting_post',
            'rated_at',
            'delivery_on',
        ]
    ) }}

)

select
    {{ surrogate_key(['employee_key', 'year', 'period', 'is_acting_post']) }} as appraisal_key,
    employee_key,
    year,
    period,
    unit_id,
    work_rating,
    behaviour_rating,
    predicate_delivered,
    is_acting_post,
    rated_at,
    delivery_on
from latest_rows
