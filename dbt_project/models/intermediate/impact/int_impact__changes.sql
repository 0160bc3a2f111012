{{ config(materialized='table') }}

with cohorts as (

    select distinct
        outcome,
        series_programme_id,
        programme_id,
        first_treated
    from {{ ref('int_impact__sample') }}

),

undisturbed as (

    select panel.*
    from {{ ref('int_impact__panel') }} as panel
    left join {{ ref('int_impact__left_out') }} as left_out
        on
            panel.outcome = left_out.outcome
            and coalesce(panel.series_programme_id, '') = coalesce(left_out.series_programme_id, '')
            and panel.observed_id = left_out.observed_id
    where
        left_out.observed_id is null
        and (
            panel.censored_period is null
            or panel.period_number < panel.censored_period
        )

),

{# Who is not left out is in the sample with all of a cohort: a join on people would carry the widest rows of the project. #}
sampled as (

    select panel.*
    from undisturbed as panel
    inner join cohorts
        on
            panel.outcome = cohorts.outcome
            and coalesce(panel.series_programme_id, '') = coalesce(cohorts.series_programme_id, '')
            and coalesce(panel.programme_id, '') = coalesce(cohorts.programme_id, '')
            and coalesce(panel.first_treated, 0) = coalesce(cohorts.first_treated, 0)

)

{# All that any comparison needs: whoever is trained is compared with the period before, and stands for the untrained until then. #}
select
    earlier.outcome,
    earlier.series_programme_id,
    earlier.programme_id,
    earlier.first_treated,
    earlier.cluster_id,
    earlier.stratum,
    earlier.period_number as base_period,
    later.period_number,
    count(*) as n_observed,
    sum(later.measured - earlier.measured) as total_change
from sampled as earlier
inner join undisturbed as later
    on
        earlier.outcome = later.outcome
        and earlier.observed_id = later.observed_id
        and coalesce(earlier.series_programme_id, '') = coalesce(later.series_programme_id, '')
        and earlier.period_number < later.period_number
where
    earlier.programme_id is null
    or later.period_number < earlier.first_treated
    or earlier.period_number = earlier.first_treated - 1
group by
    earlier.outcome,
    earlier.series_programme_id,
    earlier.programme_id,
    earlier.first_treated,
    earlier.cluster_id,
    earlier.stratum,
    earlier.period_number,
    later.period_number
