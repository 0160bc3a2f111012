{{ config(materialized='table') }}

with sampled as (

    select
        sample_rows.*,
        panel.period_number,
        panel.measured
    from {{ ref('int_impact__sample') }} as sample_rows
    inner join {{ ref('int_impact__panel') }} as panel
        on
            sample_rows.outcome = panel.outcome
            and sample_rows.observed_id = panel.observed_id
            and coalesce(sample_rows.series_programme_id, '') = coalesce(panel.series_programme_id, '')
    where
        panel.censored_period is null
        or panel.period_number < panel.censored_period

)

{# All that any comparison needs: whoever is trained is compared with the period before, and stands for the untrained until then. #}
select
    before.outcome,
    before.series_programme_id,
    before.programme_id,
    before.first_treated,
    before.cluster_id,
    before.stratum,
    before.period_number as base_period,
    after.period_number,
    count(*) as n_observed,
    sum(after.measured - before.measured) as total_change
from sampled as before
inner join sampled as after
    on
        before.outcome = after.outcome
        and before.observed_id = after.observed_id
        and coalesce(before.series_programme_id, '') = coalesce(after.series_programme_id, '')
        and before.period_number < after.period_number
where
    before.programme_id is null
    or after.period_number < before.first_treated
    or before.period_number = before.first_treated - 1
group by
    before.outcome,
    before.series_programme_id,
    before.programme_id,
    before.first_treated,
    before.cluster_id,
    before.stratum,
    before.period_number,
    after.period_number
