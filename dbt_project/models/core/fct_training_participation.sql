with latest_rows as (

    {{ latest_delivered(
        ref('stg_evaluation__training_participants'),
        ['participation_id'],
        [
            'participation_id',
            'employee_key',
            'programme_id',
            'batch',
            'invited_on',
            'status',
            'reason',
            'started_on',
            'ended_on',
            'hours_jp',
            'pre_score',
            'post_score',
            'satisfaction',
            'cost_idr',
            'delivery_on',
        ]
    ) }}

)

select
    {{ surrogate_key(['participation_id']) }} as participation_key,
    participation_id,
    employee_key,
    programme_id,
    batch,
    invited_on,
    status,
    reason,
    started_on,
    ended_on,
    hours_jp,
    pre_score,
    post_score,
    satisfaction,
    cost_idr,
    delivery_on
from latest_rows
