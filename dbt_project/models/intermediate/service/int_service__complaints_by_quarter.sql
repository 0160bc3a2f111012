select
    unit_id,
    quarter,
    sla_rule_set,
    count(*) as n_complaints,
    cast(
        percentile_cont(0.5) within group (order by working_days_to_first_response) as decimal(9, 1)
    ) as median_working_days_to_first_response,
    cast(
        percentile_cont(0.5) within group (order by working_days_to_close) as decimal(9, 1)
    ) as median_working_days_to_close,
    {{ mart_half_up('sum(within_sla)', 'count(within_sla)', 4) }} as share_within_sla,
    sum(case when is_open then 1 else 0 end) as n_open
from {{ ref('int_service__complaint_answers') }}
group by
    unit_id,
    quarter,
    sla_rule_set
