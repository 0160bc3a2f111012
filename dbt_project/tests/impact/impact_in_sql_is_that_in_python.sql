select
    estimates.outcome,
    estimates.programme_id,
    estimates.att,
    strata.att as sql_att,
    estimates.se,
    strata.se as sql_se
from {{ ref('stg_impact__estimates') }} as estimates
full outer join {{ ref('int_impact__strata_estimates') }} as strata
    on
        estimates.outcome = strata.outcome
        and estimates.programme_id = strata.programme_id
where
    coalesce(estimates.estimator, 'cs_strata') = 'cs_strata'
    and (
        (estimates.att is null) <> (strata.att is null)
        or abs(estimates.att - strata.att) > 1e-9
        or abs(estimates.se - strata.se) > 1e-9
    )
