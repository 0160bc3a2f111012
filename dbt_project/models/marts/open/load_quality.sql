select
    source,
    extract,
    delivery_on,
    rows_read,
    rows_accepted,
    rows_rejected,
    rows_duplicate,
    cells_coerced,
    columns_unknown,
    unknown_columns,
    is_corrected,
    is_late,
    fingerprint,
    loaded_at,
    status,
    status_reason
from {{ ref('stg_quality__loads') }}
