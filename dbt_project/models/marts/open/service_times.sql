with requests as (

    select
        unit_id,
        service_name,
        quarter,
        finished,
        working_days_to_finish,
        within_standard,
        standard_working_days,
        standard_rule_set,
        max(standard_working_days) over (
            partition by unit_id, service_name, quarter
        ) as longest_standard_working_days
    from {{ ref('int_service__request_times') }}

)

select
    unit_id,
    service_name,
    quarter,
    count(*) as n_requests,
    count(finished) as n_finished,
    case
        when count(working_days_to_finish) = count(finished)
            then cast(percentile_cont(0.5) within group (order by working_days_to_finish) as decimal(9, 1))
    end as median_working_days,
    case
        when count(working_days_to_finish) = count(finished)
            then cast(percentile_disc(0.9) within group (order by working_days_to_finish) as integer)
    end as p90_working_days,
    count(within_standard) as n_judged,
    {{ mart_half_up('sum(within_standard)', 'count(within_standard)', 4) }} as share_within_standard,
    max(standard_working_days) as standard_working_days,
    max(
        case when standard_working_days = longest_standard_working_days then standard_rule_set end
    ) as standard_rule_set,
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from requests
group by
    unit_id,
    service_name,
    quarter
