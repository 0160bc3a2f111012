select
    source,
    extract,
    delivery_on,
    check_id,
    kind,
    level,
    severity,
    n_tested,
    n_failed,
    threshold,
    status,
    how_to_resolve,
    description
from {{ source('quality', 'checks') }}
