with completed as (

    select
        participations.programme_id,
        cast(participations.satisfaction as double) as reaction,
        case
            when participations.pre_score < rules.best_score
                then
                    cast(participations.post_score - participations.pre_score as double)
                    / cast(rules.best_score - participations.pre_score as double)
        end as test_gain
    from {{ ref('int_training__participations') }} as participations
    cross join {{ rules_in_force_now('rule_planning_parameter') }} as rules
    where participations.is_completed

),

measured as (

    select
        programme_id,
        'reaction' as outcome,
        reaction as measured
    from completed
    union all
    select
        programme_id,
        'test_gain' as outcome,
        test_gain as measured
    from completed

)

select
    programme_id,
    outcome,
    count(*) as n_completed,
    count(measured) as n_measured,
    round(avg(measured), 9) as mean,
    round(stddev_samp(measured), 9) as standard_deviation
from measured
group by programme_id, outcome
having count(measured) > 0
