select
    check_id,
    kind,
    severity,
    status,
    n_failed,
    how_to_resolve,
    description,
    invocation_id,
    {{ city_time('refreshed_at') }} as refreshed_at
from {{ source('refresh', 'test_results') }}
