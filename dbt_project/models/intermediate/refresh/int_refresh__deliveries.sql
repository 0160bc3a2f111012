{{ config(materialized='table') }}

select
    source || '/' || extract as extract,
    delivery_on,
    cast(row_number() over (
        partition by source, extract
        order by delivery_on asc nulls last
    ) as bigint) as delivery_no
from {{ ref('stg_quality__loads') }}
where in_force_fingerprint is not null
