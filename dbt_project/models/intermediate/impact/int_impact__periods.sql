{{ config(materialized='table') }}

with measured as (

    select
        outcome,
        quarter,
        max(measured_on) as last_measured_on
    from {{ ref('int_impact__series') }}
    group by outcome, quarter

)

select
    measured.outcome,
    measured.quarter,
    measured.last_measured_on,
    quarters.period_number,
    quarters.n_periods
from measured
inner join {{ ref('int_impact__quarters') }} as quarters
    on
        measured.outcome = quarters.outcome
        and measured.quarter = quarters.quarter
