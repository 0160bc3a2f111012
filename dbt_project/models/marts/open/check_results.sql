{{ config(materialized='view') }}

select
    'delivery' as origin,
    source,
    extract,
    delivery_on,
    cast(null as timestamp) as refreshed_at,
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
from {{ ref('stg_quality__checks') }}
union all
select
    'refresh' as origin,
    cast(null as {{ dbt.type_string() }}) as source,
    cast(null as {{ dbt.type_string() }}) as extract,
    cast(null as date) as delivery_on,
    refreshed_at,
    check_id,
    kind,
    'table' as level,
    severity,
    cast(null as bigint) as n_tested,
    n_failed,
    cast(null as double) as threshold,
    status,
    how_to_resolve,
    description
from {{ ref('stg_refresh__test_results') }}
