select
    year,
    unit_id,
    component,
    allocated_idr,
    realised_idr,
    total_regional_expenditure_idr,
    delivery_on,
    source_file,
    source_row
from {{ source('evaluation', 'training_budgets') }}
