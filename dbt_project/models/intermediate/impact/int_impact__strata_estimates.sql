{{ config(materialized='table') }}

{# Influence through the effects of the cells: of the trained by their own change, of the others as what they stand for. #}
with through_cells as (

    select
        effects.outcome,
        effects.programme_id,
        changes.cluster_id,
        sum(
            cohorts.cohort_share / (cohorts.n_cells * cohorts.total_share * effects.n_cell_treated)
            * case
                when changes.first_treated = effects.first_treated
                    then changes.total_change - changes.n_observed * (effects.mean_control_change + effects.att)
                else
                    (changes.n_observed * effects.mean_control_change - changes.total_change)
                    * effects.n_treated / cast(effects.n_control as double)
            end
        ) as influence
    from {{ ref('int_impact__cell_effects') }} as effects
    inner join {{ ref('int_impact__changes') }} as changes
        on
            effects.outcome = changes.outcome
            and coalesce(effects.series_programme_id, '') = coalesce(changes.series_programme_id, '')
            and effects.stratum = changes.stratum
            and effects.base_period = changes.base_period
            and effects.period_number = changes.period_number
            and (
                changes.programme_id is null
                or (
                    effects.programme_id = changes.programme_id
                    and (
                        effects.first_treated = changes.first_treated
                        or changes.first_treated > changes.period_number
                    )
                )
            )
    inner join {{ ref('int_impact__cohort_shares') }} as cohorts
        on
            effects.outcome = cohorts.outcome
            and effects.programme_id = cohorts.programme_id
            and effects.first_treated = cohorts.first_treated
    group by effects.outcome, effects.programme_id, changes.cluster_id

),

clusters as (

    select
        outcome,
        programme_id,
        cluster_id,
        sum(n_members) as n_members
    from {{ ref('int_impact__cluster_members') }}
    group by outcome, programme_id, cluster_id

),

{# The shares of the cohorts are estimated too. #}
through_shares as (

    select
        clusters.outcome,
        clusters.programme_id,
        clusters.cluster_id,
        max(cohorts.n_cohorts) as n_cohorts,
        max(cohorts.n_clusters) as n_clusters,
        max(cohorts.total_att / cohorts.total_share) as att,
        sum(
            (coalesce(members.n_members, 0) - clusters.n_members * cohorts.cohort_share)
            * (cohorts.att / cohorts.total_share - cohorts.total_att / (cohorts.total_share * cohorts.total_share))
            / cohorts.n_members
        ) as influence
    from clusters
    inner join {{ ref('int_impact__cohort_shares') }} as cohorts
        on
            clusters.outcome = cohorts.outcome
            and clusters.programme_id = cohorts.programme_id
    left join {{ ref('int_impact__cluster_members') }} as members
        on
            clusters.outcome = members.outcome
            and clusters.programme_id = members.programme_id
            and clusters.cluster_id = members.cluster_id
            and cohorts.first_treated = members.first_treated
    group by clusters.outcome, clusters.programme_id, clusters.cluster_id

),

clustered as (

    select
        through_shares.outcome,
        through_shares.programme_id,
        through_shares.n_cohorts,
        through_shares.n_clusters,
        through_shares.att,
        through_shares.influence + coalesce(through_cells.influence, 0) as influence
    from through_shares
    left join through_cells
        on
            through_shares.outcome = through_cells.outcome
            and through_shares.programme_id = through_cells.programme_id
            and through_shares.cluster_id = through_cells.cluster_id

),

estimates as (

    select
        outcome,
        programme_id,
        max(n_cohorts) as n_cohorts,
        max(n_clusters) as n_clusters,
        max(att) as att,
        case
            when max(n_clusters) > 1
                then sqrt(sum(influence * influence) * max(n_clusters) / (max(n_clusters) - 1))
        end as se
    from clustered
    group by outcome, programme_id

),

{# As in Python: an error that the last digits of the outcome's largest value explain is none, 64 times the distance of doubles at 1. #}
rounding as (

    select
        outcome,
        max(abs(measured)) * power(2, -46) as least_error
    from {{ ref('int_impact__panel') }}
    group by outcome

)

{# A figure of which nobody can say how sure it is is no estimate. Its last digits hang on the order in which an engine adds. #}
select
    estimates.outcome,
    estimates.programme_id,
    estimates.n_cohorts,
    estimates.n_clusters,
    case when estimates.se > rounding.least_error then round(estimates.att, 12) end as att,
    case when estimates.se > rounding.least_error then round(estimates.se, 12) end as se
from estimates
inner join rounding on estimates.outcome = rounding.outcome
