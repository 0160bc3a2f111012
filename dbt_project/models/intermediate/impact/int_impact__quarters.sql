{{ config(materialized='table') }}

with measured as (

    select distinct
        outcome,
        quarter
    from {{ ref('int_impact__series') }}
    union all
    select distinct
        outcome,
        quarter
    from {{ ref('int_impact__unit_measures') }}

)

select
    outcome,
    quarter,
    row_number() over (
        partition by outcome
        order by quarter asc nulls last
    ) as period_number,
    count(*) over (partition by outcome) as n_periods
from measured
