{{ config(materialized='table') }}

{# The covariates that can be unknown: of the others, nothing known means no. #}
with known as (

    select
        outcome,
        series_programme_id,
        count(education) as n_education,
        count(tenure_years) as n_tenure_years,
        count(age_years) as n_age_years
    from {{ ref('int_impact__panel') }}
    group by outcome, series_programme_id

)

{# What nobody has is not asked for: it would leave everybody out. #}
select distinct
    panel.outcome,
    panel.series_programme_id,
    panel.observed_id
from {{ ref('int_impact__panel') }} as panel
inner join known
    on
        panel.outcome = known.outcome
        and coalesce(panel.series_programme_id, '') = coalesce(known.series_programme_id, '')
where
    (panel.education is null and known.n_education > 0)
    or (panel.tenure_years is null and known.n_tenure_years > 0)
    or (panel.age_years is null and known.n_age_years > 0)
