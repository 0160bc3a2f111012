select
    run_id,
    step,
    job,
    started_at,
    status,
    seconds,
    {{
        mart_half_up(
            'cast(seconds * 10 as bigint)',
            'cast(sum(seconds) over (partition by run_id) * 10 as bigint)',
            4
        )
    }} as share_of_run,
    rows_in,
    rows_out,
    n_bytes,
    n_attempts,
    release_id
from {{ ref('stg_quality__runs') }}
