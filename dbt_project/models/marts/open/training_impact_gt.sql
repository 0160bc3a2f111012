with cells as (

    select
        cells.programme_id,
        cells.outcome,
        cast(cells.cohort as integer) as cohort_number,
        cast(cells.period as integer) as period_number,
        cells.att,
        cells.se,
        cells.n_treated,
        cells.n_control,
        case
            when cast(cells.period as integer) < cast(cells.cohort as integer) then shown.is_trend_shown
            else shown.is_effect_shown
        end as is_shown
    from {{ ref('stg_impact__group_times') }} as cells
    inner join {{ ref('int_impact__shown') }} as shown
        on
            cells.outcome = shown.outcome
            and cells.programme_id = shown.programme_id

)

{# What was measured in which quarter is said by the periods of the outcome. #}
select
    cells.programme_id,
    cells.outcome,
    cohorts.quarter as g,
    periods.quarter as t,
    cast(cells.period_number - cells.cohort_number as bigint) as event_time,
    case when cells.is_shown then cells.att end as att,
    case when cells.is_shown then cells.se end as se,
    cells.n_treated,
    cells.n_control,
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from cells
inner join {{ ref('int_impact__quarters') }} as cohorts
    on
        cells.outcome = cohorts.outcome
        and cells.cohort_number = cohorts.period_number
inner join {{ ref('int_impact__quarters') }} as periods
    on
        cells.outcome = periods.outcome
        and cells.period_number = periods.period_number
