select
    complaints.unit_id,
    received.quarter,
    count(*) as n_reports,
    sum(case when complaints.classification = 'COMPLAINT' then 1 else 0 end) as n_grievances,
    sum(case when complaints.classification = 'ASPIRATION' then 1 else 0 end) as n_aspirations,
    sum(case when complaints.classification = 'INFORMATION_REQUEST' then 1 else 0 end) as n_information_requests,
    sum(
        case when complaints.responded_at is not null and complaints.closed_at is not null then 1 else 0 end
    ) as n_returned
from {{ ref('fct_complaint') }} as complaints
inner join {{ ref('dim_date') }} as received
    on cast(complaints.received_at as date) = received.date_on
where complaints.unit_id is not null
group by
    complaints.unit_id,
    received.quarter
