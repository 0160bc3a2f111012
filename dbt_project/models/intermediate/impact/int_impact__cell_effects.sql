{{ config(materialized='table') }}

with changes as (

    select
        outcome,
        series_programme_id,
        programme_id,
        first_treated,
        stratum,
        base_period,
        period_number,
        sum(n_observed) as n_observed,
        sum(total_change) as total_change
    from {{ ref('int_impact__changes') }}
    group by
        outcome,
        series_programme_id,
        programme_id,
        first_treated,
        stratum,
        base_period,
        period_number

),

treated as (

    select *
    from changes
    where
        base_period = first_treated - 1
        and period_number >= first_treated

),

{# To compare with: who was never trained, and who was trained in the same programme later. #}
strata as (

    select
        treated.outcome,
        treated.series_programme_id,
        treated.programme_id,
        treated.first_treated,
        treated.stratum,
        treated.base_period,
        treated.period_number,
        treated.n_observed as n_treated,
        treated.total_change as treated_change,
        sum(controls.n_observed) as n_control,
        sum(controls.total_change) / sum(controls.n_observed) as mean_control_change
    from treated
    inner join changes as controls
        on
            treated.outcome = controls.outcome
            and coalesce(treated.series_programme_id, '') = coalesce(controls.series_programme_id, '')
            and treated.stratum = controls.stratum
            and treated.base_period = controls.base_period
            and treated.period_number = controls.period_number
            and (
                controls.programme_id is null
                or (treated.programme_id = controls.programme_id and controls.first_treated > controls.period_number)
            )
    group by
        treated.outcome,
        treated.series_programme_id,
        treated.programme_id,
        treated.first_treated,
        treated.stratum,
        treated.base_period,
        treated.period_number,
        treated.n_observed,
        treated.total_change

)

{# A stratum in which nobody is left to compare with says nothing of the effect. #}
select
    outcome,
    series_programme_id,
    programme_id,
    first_treated,
    stratum,
    base_period,
    period_number,
    n_treated,
    n_control,
    mean_control_change,
    sum(n_treated) over (partition by outcome, programme_id, first_treated, period_number) as n_cell_treated,
    sum(treated_change - n_treated * mean_control_change) over (
        partition by outcome, programme_id, first_treated, period_number
    ) / sum(n_treated) over (partition by outcome, programme_id, first_treated, period_number) as att
from strata
