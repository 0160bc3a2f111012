with window_of_feedback as (

    select
        newest.as_of_on,
        cast({{ dbt.dateadd('month', '-chosen.feedback_months', 'newest.as_of_on') }} as date) as after_on
    from {{ ref('int_refresh__as_of') }} as newest
    cross join {{ rules_in_force_now('rule_planning_parameter') }} as chosen

),

totals as (

    select
        complaints.unit_id,
        count(*) as n_reports,
        sum(case when complaints.classification = 'INFORMATION_REQUEST' then 1 else 0 end) as n_information_requests,
        count(answers.within_sla) as n_judged,
        sum(answers.within_sla) as n_within_sla
    from {{ ref('fct_complaint') }} as complaints
    inner join {{ ref('int_service__complaint_answers') }} as answers
        on complaints.complaint_key = answers.complaint_key
    cross join window_of_feedback
    where
        cast(complaints.received_at as date) > window_of_feedback.after_on
        and cast(complaints.received_at as date) <= window_of_feedback.as_of_on
    group by complaints.unit_id

)

select
    unit_id,
    'information_requests' as signal,
    n_reports as n_citizens,
    {{ mart_half_up('n_information_requests', 'n_reports', 4) }} as signal_value
from totals
union all
select
    unit_id,
    'first_response' as signal,
    n_judged as n_citizens,
    {{ mart_half_up('n_within_sla', 'n_judged', 4) }} as signal_value
from totals
where n_judged > 0
