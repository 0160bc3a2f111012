with spellings_counted as (

    select
        service_key,
        unit_id,
        service_spelling,
        count(*) as n_responses,
        min(responded_on) as first_seen_on,
        max(responded_on) as last_seen_on
    from {{ ref('int_survey__latest_responses') }}
    group by
        service_key,
        unit_id,
        service_spelling

),

spellings_ranked as (

    select
        service_key,
        unit_id,
        service_spelling,
        row_number() over (
            partition by service_key
            order by n_responses desc nulls last, service_spelling asc nulls last
        ) as preference,
        min(first_seen_on) over (partition by service_key) as first_seen_on,
        max(last_seen_on) over (partition by service_key) as last_seen_on
    from spellings_counted

)

select
    service_key,
    unit_id,
    service_spelling as service_name,
    first_seen_on,
    last_seen_on
from spellings_ranked
where preference = 1
