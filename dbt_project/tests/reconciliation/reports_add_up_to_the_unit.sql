{#
    What it is: the reports of a unit in a quarter in service_quality are those of fct_complaint.
    When it matters: always; a report that is lost makes a unit look faster than it is.
    How to resolve it: compare the reports of one unit and quarter in both tables.
    Who mends it: whoever maintains the pipeline.
#}
with received as (

    select
        complaints.unit_id,
        calendar.quarter,
        count(*) as n_complaints
    from {{ ref('fct_complaint') }} as complaints
    inner join {{ ref('dim_date') }} as calendar
        on cast(complaints.received_at as date) = calendar.date_on
    where complaints.unit_id is not null
    group by
        complaints.unit_id,
        calendar.quarter

),

shown as (

    select
        unit_id,
        quarter,
        n_complaints
    from {{ ref('service_quality') }}
    where n_complaints > 0

)

select
    coalesce(received.unit_id, shown.unit_id) as unit_id,
    coalesce(received.quarter, shown.quarter) as quarter,
    received.n_complaints as n_received,
    shown.n_complaints as n_shown
from received
full outer join shown
    on
        received.unit_id = shown.unit_id
        and received.quarter = shown.quarter
where coalesce(received.n_complaints, 0) <> coalesce(shown.n_complaints, 0)
