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
inner join sampled as later
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
