{{ config(materialized='table') }}

with people as (

    select
        series.outcome,
        series.series_programme_id,
        series.employee_key as observed_id,
        periods.period_number,
        series.measured,
        cohorts.programme_id,
        cohorts.first_treated,
        cohorts.censored_period,
        covariates.cluster_id,
        covariates.stratum,
        covariates.education,
        covariates.tenure_years,
        covariates.age_years,
        covariates.holds_structural_post,
        covariates.holds_functional_post,
        covariates.works_by_contract,
        covariates.serves_citizens
    from {{ ref('int_impact__series') }} as series
    inner join {{ ref('int_impact__periods') }} as periods
        on
            series.outcome = periods.outcome
            and series.quarter = periods.quarter
    inner join {{ ref('int_impact__people') }} as covariates
        on series.employee_key = covariates.employee_key
    left join {{ ref('int_impact__first_trainings') }} as trainings
        on series.employee_key = trainings.employee_key
    left join {{ ref('int_impact__person_cohorts') }} as cohorts
        on
            series.outcome = cohorts.outcome
            and series.employee_key = cohorts.employee_key
    where
        trainings.employee_key is null
        or cohorts.censored_period > cohorts.first_treated
        or (cohorts.first_treated is not null and cohorts.censored_period is null)

),

unit_cohorts as (

    select
        trainings.unit_id,
        trainings.programme_id,
        periods.outcome,
        coalesce(
            min(case when periods.quarter >= trainings.treated_from then periods.period_number end),
            max(periods.n_periods) + 1
        ) as first_treated,
        min(case when periods.quarter >= trainings.censored_from then periods.period_number end) as censored_period
    from {{ ref('int_impact__unit_trainings') }} as trainings
    cross join {{ ref('int_impact__quarters') }} as periods
    inner join {{ ref('ref_impact_outcome') }} as outcomes
        on periods.outcome = outcomes.outcome
    where
        trainings.is_headline
        and outcomes.unit_kind = 'unit'
    group by
        trainings.unit_id,
        trainings.programme_id,
        periods.outcome

),

units as (

    select
        measures.outcome,
        cast(null as {{ dbt.type_string() }}) as series_programme_id,
        measures.unit_id as observed_id,
        periods.period_number,
        measures.measured,
        cohorts.programme_id,
        cohorts.first_treated,
        cohorts.censored_period,
        measures.unit_id as cluster_id,
        '' as stratum
    from {{ ref('int_impact__unit_measures') }} as measures
    inner join {{ ref('int_impact__quarters') }} as periods
        on
            measures.outcome = periods.outcome
            and measures.quarter = periods.quarter
    left join unit_cohorts as cohorts
        on
            measures.outcome = cohorts.outcome
            and measures.unit_id = cohorts.unit_id
)

select * from people
union all
select
    units.*,
    cast(null as double) as education,
    cast(null as double) as tenure_years,
    cast(null as double) as age_years,
    cast(null as double) as holds_structural_post,
    cast(null as double) as holds_functional_post,
    cast(null as double) as works_by_contract,
    cast(null as double) as serves_citizens
from units
