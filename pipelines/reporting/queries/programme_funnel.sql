-- From those who completed the programme to those whose gain in competence can be held against others: how many are left at each step.
with steps as (
    select programme_id, 1 as step, 'completed' as funnel_step, n_treated as n_people, is_suppressed, suppression_reason
    from training_impact
    where outcome = 'reaction' and evidence = 'descriptive'
    union all
    select programme_id, 2, 'reaction', n_measured, is_suppressed, suppression_reason
    from training_impact
    where outcome = 'reaction' and evidence = 'descriptive'
    union all
    select programme_id, 3, 'test_gain', n_measured, is_suppressed, suppression_reason
    from training_impact
    where outcome = 'test_gain' and evidence = 'descriptive'
    union all
    select programme_id, 4, 'compared', n_treated, is_suppressed, suppression_reason
    from training_impact
    where outcome = 'competence' and is_primary and scope_type = 'all'
)
select
    programme_id,
    funnel_step,
    n_people,
    n_people / nullif(max(n_people) filter (where step = 1) over (partition by programme_id), 0) as share_of_completed,
    is_suppressed,
    suppression_reason
from steps
where {programme}
order by programme_id, step
