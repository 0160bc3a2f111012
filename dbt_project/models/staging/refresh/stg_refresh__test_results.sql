select
    check_id,
    kind,
    severity,
    status,
    n_failed,
    how_to_resolve,
    description,
    invocation_id,
    refreshed_at
from {{ source('refresh', 'test_results') }}
