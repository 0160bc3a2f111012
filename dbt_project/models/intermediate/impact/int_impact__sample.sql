{{ config(materialized='table') }}

with observed as (

    select distinct
        panel.outcome,
        panel.series_programme_id,
        panel.observed_id,
        panel.programme_id,
        panel.first_treated,
        panel.cluster_id,
        panel.stratum
    from {{ ref('int_impact__panel') }} as panel
    left join {{ ref('int_impact__left_out') }} as left_out
        on
            panel.outcome = left_out.outcome
            and coalesce(panel.series_programme_id, '') = coalesce(left_out.series_programme_id, '')
            and panel.observed_id = left_out.observed_id
    where left_out.observed_id is null

),

ends as (

    select
        outcome,
        max(period_number) as n_periods
    from {{ ref('int_impact__panel') }}
    group by outcome

),

sized as (

    select
        observed.*,
        ends.n_periods,
        count(*) over (
            partition by observed.outcome, observed.series_programme_id, observed.programme_id, observed.first_treated
        ) as n_cohort
    from observed
    inner join ends
        on observed.outcome = ends.outcome

)

{# Treated from the start: nothing is known of before. A cohort of a few: its effect would be theirs. #}
select
    sized.outcome,
    sized.series_programme_id,
    sized.observed_id,
    sized.programme_id,
    sized.first_treated,
    sized.cluster_id,
    sized.stratum
from sized
cross join {{ rules_in_force_now('rule_impact_specification') }} as rules
where
    sized.programme_id is null
    or sized.first_treated > sized.n_periods
    or (sized.first_treated > 1 and sized.n_cohort >= rules.min_cohort)
