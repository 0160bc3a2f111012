with measured as (

    select
        outcome,
        quarter,
        max(measured_on) as last_measured_on
    from {{ ref('int_impact__series') }}
    group by outcome, quarter

)

select
    outcome,
    quarter,
    last_measured_on,
    row_number() over (
        partition by outcome
        order by quarter asc nulls last
    ) as period_number,
    count(*) over (partition by outcome) as n_periods
from measured
