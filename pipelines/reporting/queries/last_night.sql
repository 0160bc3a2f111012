-- What the newest day of loading brought, by the dates of the city.
with nights as (
    select
        *,
        cast(loaded_at as date) as loaded_on
    from load_quality
)

select
    loaded_on as delivery_on,
    count(*) as n_deliveries,
    sum(rows_read) as rows_read,
    sum(rows_accepted) as rows_accepted,
    sum(rows_rejected) as rows_rejected,
    sum(rows_duplicate) as rows_duplicate,
    count(*) filter (where status = 'blocked') as n_blocked,
    count(*) filter (where is_late) as n_late
from nights
where loaded_on = (select max(loaded_on) from nights)
group by 1
