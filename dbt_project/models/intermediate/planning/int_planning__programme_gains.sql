with tested as (

    select
        participations.programme_id,
        count(*) as n_tested,
        sum(cast(participations.pre_score * 10000 as bigint)) as sum_pre,
        sum(cast(participations.post_score * 10000 as bigint)) as sum_post,
        max(cast(chosen.best_score * 10000 as bigint)) as best_score,
        max(chosen.least_tested) as least_tested,
        max(chosen.default_realised_share) as default_realised_share
    from {{ ref('fct_training_participation') }} as participations
    cross join {{ rules_in_force_now('rule_planning_parameter') }} as chosen
    where
        participations.pre_score is not null
        and participations.post_score is not null
    group by participations.programme_id

)

select
    programme_id,
    {{ mart_half_up('greatest(sum_post - sum_pre, 0)', 'best_score * n_tested - sum_pre', 4) }} as learning_gain
from tested
where
    n_tested >= least_tested
    and best_score * n_tested > sum_pre
