with latest_rows as (

    {{ latest_delivered(
        ref('stg_evaluation__training_budgets'),
        ['year', 'unit_id', 'component'],
        [
            'year',
            'unit_id',
            'component',
            'allocated_idr',
            'realised_idr',
            'total_regional_expenditure_idr',
            'delivery_on',
        ]
    ) }}

)

select
    {{ surrogate_key(['year', 'unit_id', 'component']) }} as budget_key,
    year,
    unit_id,
    component,
    allocated_idr,
    realised_idr,
    total_regional_expenditure_idr,
    delivery_on
from latest_rows
