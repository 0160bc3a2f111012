{{ config(materialized='table') }}

with attended as (

    select
        employee_key,
        programme_id,
        is_completed,
        completed_on,
        coalesce(started_on, completed_on, invited_on) as begun_on
    from {{ ref('int_training__participations') }}
    where is_attended

),

completed as (

    select
        employee_key,
        programme_id,
        min(completed_on) as completed_on
    from attended
    where is_completed
    group by employee_key, programme_id

),

ranked as (

    select
        completed.*,
        row_number() over (
            partition by employee_key
            order by completed_on asc nulls last, programme_id asc nulls last
        ) as place
    from completed

),

first_ones as (

    select
        employee_key,
        programme_id,
        completed_on
    from ranked
    where place = 1

)

{# Who began a course without completing any is neither trained nor untrained: programme_id is empty. #}
select
    attended.employee_key,
    first_ones.programme_id,
    first_ones.completed_on,
    min(case when attended.programme_id <> first_ones.programme_id then attended.begun_on end) as censored_on
from attended
left join first_ones
    on attended.employee_key = first_ones.employee_key
group by
    attended.employee_key,
    first_ones.programme_id,
    first_ones.completed_on
