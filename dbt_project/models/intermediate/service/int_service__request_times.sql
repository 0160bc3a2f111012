with as_of as (

    select
        dates.working_day_number,
        dates.unknown_day_number
    from {{ ref('int_refresh__as_of') }} as newest
    inner join {{ ref('dim_date') }} as dates
        on newest.as_of_on = dates.date_on

),

spellings as (

    select
        service_key,
        service_name,
        row_number() over (
            partition by service_key
            order by count(*) desc nulls last, service_name asc nulls last
        ) as preference
    from {{ ref('fct_service_request') }}
    group by
        service_key,
        service_name

),

requests as (

    select
        requests.request_key,
        requests.unit_id,
        coalesce(surveyed.service_name, spellings.service_name) as service_name,
        received.quarter,
        case when requests.finished_at is not null then 1 end as finished,
        requests.working_days_to_finish,
        {{ working_days_after('received', 'as_of') }} as working_days_waited,
        standards.rule_set as standard_rule_set,
        standards.working_days as standard_working_days
    from {{ ref('fct_service_request') }} as requests
    cross join as_of
    inner join {{ ref('dim_date') }} as received
        on cast(requests.received_at as date) = received.date_on
    inner join spellings
        on
            requests.service_key = spellings.service_key
            and spellings.preference = 1
    left join {{ ref('dim_service') }} as surveyed
        on requests.service_key = surveyed.service_key
    left join {{ ref('rule_service_standard') }} as standards
        on
            {{ fold_text('requests.service_name') }} = standards.folded_name
            and {{ mart_in_force('standards', 'received.date_on') }}

)

select
    request_key,
    unit_id,
    service_name,
    quarter,
    finished,
    working_days_to_finish,
    standard_rule_set,
    standard_working_days,
    case
        when working_days_to_finish <= standard_working_days then 1
        when working_days_to_finish > standard_working_days then 0
        when working_days_waited > standard_working_days then 0
    end as within_standard
from requests
