with as_of as (

    select
        newest.as_of_on,
        dates.working_day_number,
        dates.unknown_day_number
    from {{ ref('int_refresh__as_of') }} as newest
    inner join {{ ref('dim_date') }} as dates
        on newest.as_of_on = dates.date_on

),

complaints as (

    select
        complaints.complaint_key,
        complaints.unit_id,
        received.quarter,
        complaints.working_days_to_first_response,
        complaints.working_days_to_close,
        coalesce(
            complaints.working_days_to_first_response,
            complaints.working_days_to_close
        ) as working_days_to_answer,
        {{ working_days_after('received', 'as_of') }} as working_days_waited,
        complaints.closed_at is null and coalesce(statuses.is_open, true) as is_open
    from {{ ref('fct_complaint') }} as complaints
    cross join as_of
    inner join {{ ref('dim_date') }} as received
        on cast(complaints.received_at as date) = received.date_on
    left join {{ ref('rule_complaint_status') }} as statuses
        on
            complaints.status = statuses.status
            and received.date_on >= statuses.valid_from
            and (statuses.valid_to is null or received.date_on < statuses.valid_to)
    where complaints.unit_id is not null

)

select
    complaints.complaint_key,
    complaints.unit_id,
    complaints.quarter,
    complaints.working_days_to_first_response,
    complaints.working_days_to_close,
    rules.sla_rule_set,
    case
        when complaints.working_days_to_answer <= rules.first_response_working_days then 1
        when complaints.working_days_to_answer > rules.first_response_working_days then 0
        when complaints.working_days_waited > rules.first_response_working_days then 0
    end as within_sla,
    complaints.is_open
from complaints
inner join {{ ref('int_service__quarter_rules') }} as rules
    on complaints.quarter = rules.quarter
