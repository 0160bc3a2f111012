{#
    What it is: the reports of a unit in a quarter in service_quality are those of fct_complaint.
    When it matters: always; a report that is lost makes a unit look faster than it is.
    How to resolve it: compare the reports of one unit and quarter in both tables.
    Who mends it: whoever maintains the pipeline.
    The calendar is not asked here: a report on a day that it does not have is missing from service_quality, and must be found.
#}
with received as (

    select
        unit_id,
        cast({{ dbt.date_trunc('quarter', 'received_at') }} as date) as quarter,
        count(*) as n_complaints
    from {{ ref('fct_complaint') }}
    where unit_id is not null
    group by
        unit_id,
        {{ dbt.date_trunc('quarter', 'received_at') }}

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
