select
    employee_key,
    year,
    period,
    unit_id,
    work_rating,
    behaviour_rating,
    predicate_delivered,
    is_acting_post,
    rated_at,
    delivery_on,
    source_file,
    source_row
from {{ source('evaluation', 'appraisals') }}
