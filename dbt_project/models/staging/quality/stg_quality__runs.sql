select
    run_id,
    job,
    step,
    {{ city_time('started_at') }} as started_at,
    status,
    cast(seconds as decimal(12, 1)) as seconds,
    rows_in,
    rows_out,
    bytes as n_bytes,
    attempts as n_attempts,
    release as release_id
from {{ source('quality', 'runs') }}
