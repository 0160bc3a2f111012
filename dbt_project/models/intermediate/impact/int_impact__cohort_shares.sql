with cells as (

    select
        outcome,
        programme_id,
        first_treated,
        period_number,
        max(att) as att
    from {{ ref('int_impact__cell_effects') }}
    group by outcome, programme_id, first_treated, period_number

),

cohorts as (

    select
        outcome,
        programme_id,
        first_treated,
        avg(att) as att,
        count(*) as n_cells
    from cells
    group by outcome, programme_id, first_treated

),

sizes as (

    select
        outcome,
        programme_id,
        sum(n_members) as n_members,
        count(distinct cluster_id) as n_clusters
    from {{ ref('int_impact__cluster_members') }}
    group by outcome, programme_id

),

shares as (

    select
        cohorts.outcome,
        cohorts.programme_id,
        cohorts.first_treated,
        cohorts.att,
        cohorts.n_cells,
        sizes.n_members,
        sizes.n_clusters,
        sum(members.n_members) / cast(sizes.n_members as double) as cohort_share
    from cohorts
    inner join {{ ref('int_impact__cluster_members') }} as members
        on
            cohorts.outcome = members.outcome
            and cohorts.programme_id = members.programme_id
            and cohorts.first_treated = members.first_treated
    inner join sizes
        on
            cohorts.outcome = sizes.outcome
            and cohorts.programme_id = sizes.programme_id
    group by
        cohorts.outcome,
        cohorts.programme_id,
        cohorts.first_treated,
        cohorts.att,
        cohorts.n_cells,
        sizes.n_members,
        sizes.n_clusters

)

select
    outcome,
    programme_id,
    first_treated,
    n_cells,
    n_members,
    n_clusters,
    att,
    cohort_share,
    sum(cohort_share) over (partition by outcome, programme_id) as total_share,
    sum(cohort_share * att) over (partition by outcome, programme_id) as total_att,
    count(*) over (partition by outcome, programme_id) as n_cohorts
from shares
